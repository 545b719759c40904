/** `daemon install` and `daemon uninstall`: the daemon as a service of the user's session. */
import { noteFolderOf } from "../../client/own_program_paths.ts";
import { daemonLaunch } from "../../daemon/launch.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { userEnv } from "../../platform/environment.ts";
import { HOME_NAME, notifyPath } from "../../platform/home_paths.ts";
import type { ManagerSandbox } from "../../platform/manager_sandbox.ts";
import { checkSocketPath } from "../../platform/path_safety.ts";
import { env, OS, ownUid, run as runProgram } from "../../platform/process.ts";
import { installService, type Ran, type ServiceResult, uninstallService } from "../../service/install.ts";
import {
  notifySocketOf,
  planService,
  READ_ENV,
  type ServiceOptions,
  type ServicePlan,
  SOCKET_UNIT,
  unitFolder,
} from "../../service/plan.ts";
import { checkSandboxPath } from "../../platform/sandbox.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { CommandContext } from "../context.ts";

export interface ServiceFlags {
  readonly dryRun?: boolean;
  /** systemd holds the socket. Absent: as it was installed before. */
  readonly socketActivation?: boolean;
  readonly now?: boolean;
  /** Absent: yes. */
  readonly start?: boolean;
}

/** Time for one command of the service manager, ms. */
const COMMAND_MS = 30_000;

/** What of the plan the daemon's launch decides. */
type Launched = Pick<
  ServiceOptions,
  "argv" | "notifies" | "runsPrograms" | "socketPath" | "socketUnit" | "start" | "telemetry"
>;

function plan(run: CommandContext, { telemetry, ...launched }: Launched): ServicePlan {
  const userHome = env("HOME");
  if (userHome === undefined) {
    throw new ConsoleError("usage", "HOME is not set, so the service has no place", { hint: "set HOME" });
  }
  const { paths } = run.context;
  return planService({
    os: OS,
    userHome,
    uid: ownUid(),
    env: readEnv(),
    ...launched,
    ...(telemetry === undefined ? {} : { telemetry }),
    ...(paths.root === `${userHome}/${HOME_NAME}` ? {} : { home: paths.root }),
  });
}

function readEnv(): ServiceOptions["env"] {
  return Object.fromEntries(READ_ENV.map((name) => [name, env(name)]));
}

/** What the service manager of this user is told through; a compiled program has its permissions inside, for none. */
function managerOf({ context: { paths, program } }: CommandContext): ManagerSandbox {
  if (OS !== "linux" || program.daemon.form === "compiled") return {};
  if (checkSocketPath(notifyPath(paths)) !== undefined) return {};
  const isSocket = (path: string) => denoFiles.stat(path)?.kind === "socket" && checkSandboxPath(path) === undefined;
  return { notifySocket: notifySocketOf({ env: readEnv(), uid: ownUid() }, isSocket) };
}

const ports = {
  files: denoFiles,
  run: async (argv: readonly string[]): Promise<Ran> => {
    try {
      return await runProgram(argv, { signal: AbortSignal.timeout(COMMAND_MS), env: userEnv() });
    } catch (error) {
      return { code: 127, stdout: "", stderr: (error as Error).message };
    }
  },
};

/** The unit of the socket, where one was installed. */
function hasSocketUnit(userHome: string): boolean {
  return OS === "linux" && denoFiles.stat(`${unitFolder({ env: readEnv(), userHome })}/${SOCKET_UNIT}`) !== undefined;
}

/** What `daemon install` would write and run now. @throws {ConsoleError} from the configuration */
export async function servicePlan(run: CommandContext, flags: ServiceFlags = {}): Promise<ServicePlan> {
  const isThere = hasSocketUnit(env("HOME") ?? "");
  const wants = flags.socketActivation ?? isThere;
  if (flags.socketActivation && (OS !== "linux" || run.context.program.daemon.form === "compiled")) {
    throw new ConsoleError("failed", "socket activation needs systemd, and a program that was not compiled", {
      hint: "agent-console daemon install",
    });
  }
  const manager = managerOf(run);
  // A compiled program could not read what systemd tells it.
  const isManaged = OS === "linux" && run.context.program.daemon.form !== "compiled";
  const launch = await daemonLaunch(run.context, {}, isManaged ? { manager } : {});
  const { argv, telemetry, runsPrograms, socketPath } = launch;
  return plan(run, {
    argv,
    telemetry,
    runsPrograms,
    socketPath,
    notifies: manager.notifySocket !== undefined,
    socketUnit: wants ? "wanted" : isThere ? "left" : undefined,
    start: flags.start === false ? "not" : flags.now ? "now" : undefined,
  });
}

/** The service's file, and the link that systemd makes to it. */
function filesOf({ path, beside, gone }: Pick<ServicePlan, "path" | "beside" | "gone">): readonly string[] {
  const at = path.lastIndexOf("/");
  const folder = path.slice(0, at);
  const sockets = [...beside.map((one) => one.path), ...gone].flatMap((socket) => [
    socket,
    `${folder}/sockets.target.wants${socket.slice(at)}`,
  ]);
  return [path, `${folder}/default.target.wants${path.slice(at)}`, ...sockets];
}

/** Where the files of the service are, or would be. @throws {ConsoleError} as {@link removeService} */
export function serviceFiles(run: CommandContext): readonly string[] {
  return filesOf(installedPlan(run));
}

/** Enough to take it back, whatever the configuration says. */
function installedPlan(run: CommandContext): ServicePlan {
  return plan(run, { argv: ["/"], socketUnit: hasSocketUnit(env("HOME") ?? "") ? "left" : undefined });
}

export async function installAsService(run: CommandContext, flags: ServiceFlags): Promise<void> {
  const planned = await servicePlan(run, flags);
  if (!flags.dryRun) { for (const path of filesOf(planned)) noteFolderOf(path); }
  const result = await installService(planned, ports, { dryRun: flags.dryRun === true });
  if (flags.dryRun) { for (const { text } of [planned, ...planned.beside]) run.out.plain(text.trimEnd()); }
  say(run, result, flags.dryRun === true);
}

export async function uninstallAsService(run: CommandContext, flags: ServiceFlags): Promise<void> {
  const dryRun = flags.dryRun === true;
  say(run, await removeService(run, { dryRun }), dryRun);
}

/** Whatever the configuration says of the daemon. @throws {ConsoleError} as {@link uninstallService} */
export function removeService(
  run: CommandContext,
  options: { readonly dryRun?: boolean } = {},
): Promise<ServiceResult> {
  return uninstallService(installedPlan(run), ports, options);
}

function say(run: CommandContext, result: ServiceResult, dryRun: boolean): void {
  run.out.plain(`${result.path}: ${dryRun ? `would be ${result.change}` : result.change}`);
  if (dryRun) { for (const command of result.commands) run.out.plain(`would run: ${command}`); }
  for (const note of result.notes) run.out.note(note);
}
