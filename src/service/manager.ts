/** The service manager's part in a service that is installed: how it is, started, stopped. */
import type { Files } from "../platform/system.ts";
import type { InstalledService } from "./installed.ts";
import { SOCKET_UNIT, UNIT } from "./place.ts";
import {
  bootout,
  isManagerUnreachable,
  launchdNames,
  launchdStart,
  NO_PROGRAM,
  NOT_LOADED,
  type Ran,
  type RunCommand,
  runSteps,
  type StepPorts,
} from "./steps.ts";

export interface ManagedState {
  /** The words of systemd: active, inactive, failed, activating, … */
  readonly state: string;
  /** The daemon that it runs. */
  readonly pid: number | undefined;
  /** The exit code of its last process; 0 while one runs, and where a signal ended it. */
  readonly exitCode: number;
  /** Whether systemd has its socket open: then any connection starts a daemon, also one that only asks whether one runs. */
  readonly listens: boolean;
}

export interface StartHow {
  /** Its file was written anew. */
  readonly renewed: boolean;
}

export interface Manager {
  /**
   * Has it read its files again where they are others than it knows; what {@link Manager.state} says is true then.
   *
   * @returns how it failed to; undefined where it has read them, or need not
   */
  refresh(): Promise<Ran | undefined>;
  /**
   * Changes nothing. Undefined where no manager replies, and where the one that does knows no unit of this name yet, or has
   * it from another file: that one is not ours to start or stop.
   */
  state(): Promise<ManagedState | undefined>;
  /** Returns when the manager has started it, or could not. */
  start(how: StartHow): Promise<Ran>;
  /** Where it succeeds, its state is inactive and not failed. With `force` its daemon gets no time to end its work. */
  stop(how: { readonly force: boolean }): Promise<Ran>;
}

/** @param uid as {@link launchdNames} takes it */
export function managerOf(service: InstalledService, uid: number | null, ports: ManagerPorts): Manager {
  return service.os === "darwin" ? launchd(service, uid, ports) : systemd(service, ports);
}

export interface ManagerPorts extends StepPorts {
  readonly files: Pick<Files, "stat">;
}

/** Whether a manager is here to start what is installed. */
export async function managerReplies(os: string, uid: number | null, run: RunCommand): Promise<boolean> {
  const argv = os === "darwin"
    ? ["launchctl", "print", launchdNames(uid).domain]
    : ["systemctl", "--user", "show", "-p", "Version"];
  return (await run(argv)).code === 0;
}

const SHOWN = "--property=FragmentPath,NeedDaemonReload,ActiveState,MainPID,ExecMainCode,ExecMainStatus";

/** CLD_EXITED of waitid(2): else the status is a signal. */
const EXITED = "1";

function systemd({ path, units }: InstalledService, { run, files }: ManagerPorts): Manager {
  const systemctl = (...words: readonly string[]) => run(["systemctl", "--user", ...words]);
  const show = async () => {
    const { code, stdout } = await systemctl("show", SHOWN, UNIT);
    const shown = Object.fromEntries(
      stdout.split("\n").map((line) => [line.split("=", 1)[0], line.replace(/^.*?=/, "")]),
    );
    return code === 0 ? shown : undefined;
  };
  return {
    refresh: async () => {
      const shown = await show();
      // It was written where no manager replied, or changed by hand.
      if (shown?.["FragmentPath"] !== "" && shown?.["NeedDaemonReload"] !== "yes") return undefined;
      const reloaded = await systemctl("daemon-reload");
      return reloaded.code === 0 ? undefined : reloaded;
    },
    state: async () => {
      const shown = await show();
      if (shown === undefined || !isSameFile(files, path, shown["FragmentPath"] ?? "")) return undefined;
      const pid = Number(shown["MainPID"]);
      return {
        state: shown["ActiveState"] ?? "unknown",
        pid: pid > 1 ? pid : undefined,
        exitCode: shown["ExecMainCode"] === EXITED ? Number(shown["ExecMainStatus"]) || 0 : 0,
        listens: units.includes(SOCKET_UNIT) && (await systemctl("is-active", SOCKET_UNIT)).code === 0,
      };
    },
    start: async ({ renewed }) => {
      const reloaded = renewed ? await systemctl("daemon-reload") : undefined;
      if (reloaded !== undefined && reloaded.code !== 0) return reloaded;
      // A unit that failed too often is not started else.
      await systemctl("reset-failed", ...units);
      return await systemctl("start", ...units);
    },
    stop: async ({ force }) => {
      if (force) await systemctl("kill", "--signal=SIGKILL", UNIT);
      const stopped = await systemctl("stop", ...units);
      // A daemon that had to be killed counts as failed.
      await systemctl("reset-failed", ...units);
      return stopped;
    },
  };
}

function launchd({ path }: InstalledService, uid: number | null, ports: ManagerPorts): Manager {
  const names = launchdNames(uid);
  const launchctl = (...words: readonly string[]) => ports.run(["launchctl", ...words]);
  const print = () => launchctl("print", names.target);
  return {
    refresh: () => Promise.resolve(undefined), // launchd reads a file when it is bootstrapped
    state: async () => {
      const printed = await print();
      if (printed.code === NOT_LOADED && !isManagerUnreachable(printed)) {
        return { state: "inactive", pid: undefined, exitCode: 0, listens: false };
      }
      if (printed.code !== 0) return undefined;
      const value = (name: string) => new RegExp(`^\\s*${name} = (.*)$`, "m").exec(printed.stdout)?.[1];
      if (value("path") !== undefined && value("path") !== path) return undefined;
      const pid = Number(value("pid"));
      const isRunning = value("state") === "running";
      return {
        state: isRunning ? "active" : "inactive",
        pid: isRunning && pid > 1 ? pid : undefined,
        exitCode: isRunning ? 0 : Number(value("last exit code")) || 0,
        listens: false,
      };
    },
    start: async ({ renewed }) => {
      const steps = launchdStart(names, path, renewed);
      const { refused, unanswered: [first] } = await runSteps(steps, ports);
      if (first !== undefined) return { ...OK, code: NO_PROGRAM, stderr: "launchd does not reply" };
      return refused?.ran ?? OK;
    },
    // Until the next login, or the next start.
    stop: async ({ force }) => {
      if (force) await launchctl("kill", "SIGKILL", names.target);
      const stopped = await ports.run(bootout(names).argv);
      return (await print()).code === 0 ? stopped : OK;
    },
  };
}

const OK: Ran = { code: 0, stdout: "", stderr: "" };

/** A folder on the way may be a link, which the manager may have followed. */
function isSameFile(files: Pick<Files, "stat">, a: string, b: string): boolean {
  if (a === b) return true;
  const [one, other] = [files.stat(a), b === "" ? undefined : files.stat(b)];
  return one !== undefined && other !== undefined && one.inode !== null && one.inode === other.inode &&
    one.device === other.device;
}
