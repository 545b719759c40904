/** What installing and uninstalling the service means on this system: a file and the commands around it. Pure. */
import { AGENT_HOME_ENV } from "../agents/files.ts";
import { RUNTIME_ENV } from "../platform/sandbox.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { LABEL, servicePlace, UNIT } from "./place.ts";
import { renderPlist, renderUnit } from "./render.ts";

export interface ServiceOptions {
  readonly os: string;
  /** HOME's value, absolute. */
  readonly userHome: string;
  readonly uid: number | null;
  /** The installing shell's environment: PATH, XDG_CONFIG_HOME and what is passed on. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The daemon's command line, from platform/sandbox.ts. */
  readonly argv: readonly string[];
  /** Whether it can tell systemd how it is: its sandbox was made for the socket that {@link notifySocketOf} found. */
  readonly notifies?: boolean;
  /** Whether it runs agents or other programs that the configuration names. */
  readonly runsPrograms?: boolean;
  /** The home folder where it is not the default one. */
  readonly home?: string | undefined;
  /** What turns the daemon's telemetry on, from the configuration. */
  readonly telemetry?: Readonly<Record<string, string>>;
}

/** One command, and the exit codes that count as success: the intended state exists already. */
export interface Step {
  readonly argv: readonly string[];
  readonly tolerate: readonly number[] | "any";
}

export interface ServicePlan {
  /** Where the unit or the property list goes. */
  readonly path: string;
  readonly text: string;
  /** After the file was written anew: a running daemon is restarted. */
  readonly install: readonly Step[];
  /** Used where nothing was written: a running daemon stays. */
  readonly keep: readonly Step[];
  /** Before and after the file is removed. */
  readonly stop: readonly Step[];
  readonly forget: readonly Step[];
  /** What the user may want to know beside it. */
  readonly notes: readonly string[];
}

/** @throws {ConsoleError} `failed` on a system that has neither systemd nor launchd; `unsafe_path` from the rendering */
export function planService(options: ServiceOptions): ServicePlan {
  const path = servicePlace(options)?.path;
  if (path !== undefined) return options.os === "darwin" ? launchd(options, path) : systemd(options, path);
  throw new ConsoleError("failed", `a service is installed on linux and darwin only, this system is ${options.os}`);
}

function systemd(options: ServiceOptions, path: string): ServicePlan {
  const { argv, notifies = false, runsPrograms = false } = options;
  const reload = step(["systemctl", "--user", "daemon-reload"]);
  // Fails where the unit never ran; without it a unit that failed too often does not start.
  const reset = step(["systemctl", "--user", "reset-failed", UNIT], "any");
  const enable = step(["systemctl", "--user", "enable", UNIT]);
  return {
    path,
    text: renderUnit({ argv, env: variables(options), notifies, runsPrograms }),
    install: [reload, reset, enable, step(["systemctl", "--user", "restart", UNIT])],
    keep: [reset, enable, step(["systemctl", "--user", "start", UNIT])],
    stop: [
      step(["systemctl", "--user", "stop", UNIT], "any"),
      step(["systemctl", "--user", "disable", UNIT], "any"),
    ],
    forget: [reload, reset],
    notes: ["It starts when you log in; to start it at boot: loginctl enable-linger"],
  };
}

function launchd(options: ServiceOptions, path: string): ServicePlan {
  const { uid, argv } = options;
  const domain = `gui/${uid ?? 0}`;
  const bootout = step(["launchctl", "bootout", `${domain}/${LABEL}`], "any");
  // A label that was disabled once cannot be bootstrapped, so enable comes first.
  const enable = step(["launchctl", "enable", `${domain}/${LABEL}`], [5, 125]);
  // 5: it is loaded already; 125: no such domain (a login over ssh). The kickstart then shows whether it runs.
  const bootstrap = step(["launchctl", "bootstrap", domain, path], [5, 125]);
  return {
    path,
    text: renderPlist({ argv, env: variables(options) }),
    install: [bootout, enable, bootstrap, step(["launchctl", "kickstart", "-k", `${domain}/${LABEL}`])],
    keep: [enable, bootstrap, step(["launchctl", "kickstart", `${domain}/${LABEL}`])],
    stop: [bootout],
    forget: [],
    notes: ["It starts when you log in."],
  };
}

function step(argv: readonly string[], tolerate: Step["tolerate"] = []): Step {
  return { argv, tolerate };
}

/** Folders of the installing shell that the daemon must find again: cached dependencies, what agents publish. */
const PASSED = ["DENO_DIR", ...AGENT_HOME_ENV];
/** What stays as the installing shell had it, where a service that is installed is rendered anew. */
export const KEPT_ENV: readonly string[] = ["PATH", ...PASSED];
/** The variables that {@link ServiceOptions.env} must contain. */
export const READ_ENV: readonly string[] = ["PATH", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", ...PASSED];

/**
 * Where the user's systemd hears of its services. Looked for when the service is installed, because the sandbox names it
 * and Type=notify is ended where it cannot say that it serves. Undefined where there is none, or only an abstract one, to
 * which Deno sends nothing: then the unit is of Type=exec, without a watchdog.
 */
export function notifySocketOf(
  { env, uid }: Pick<ServiceOptions, "env" | "uid">,
  isSocket: (path: string) => boolean,
): string | undefined {
  const runtime = env["XDG_RUNTIME_DIR"];
  const folders = [...(runtime?.startsWith("/") ? [runtime.replace(/\/+$/, "")] : []), `/run/user/${uid ?? 0}`];
  return folders.map((folder) => `${folder}/systemd/notify`).find(isSocket);
}

/**
 * A service manager has a bare environment: without the shell's PATH no agent is found, without its DENO_DIR no cached
 * dependency. Relative entries of PATH would mean another folder there, so they go.
 */
function variables({ env, home, telemetry }: ServiceOptions): Record<string, string> {
  const path = (env["PATH"] ?? "").split(":").filter((entry) => entry.startsWith("/")).join(":");
  return {
    PATH: path === "" ? "/usr/local/bin:/usr/bin:/bin" : path,
    ...(home === undefined ? {} : { AGENT_CONSOLE_HOME: home }),
    ...Object.fromEntries(PASSED.flatMap((name) => env[name]?.startsWith("/") ? [[name, env[name]]] : [])),
    ...RUNTIME_ENV,
    ...telemetry,
  };
}
