/** What installing and uninstalling the service means on this system: a file and the commands around it. Pure. */
import { AGENT_HOME_ENV } from "../agents/files.ts";
import { RUNTIME_ENV } from "../platform/sandbox.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { type ServicePlace, servicePlace, SOCKET_UNIT, UNIT } from "./place.ts";
import { renderPlist, renderSocket, renderUnit } from "./render.ts";
import { bootout, launchdNames, launchdStart, type Step, step } from "./steps.ts";

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
  /** Whether systemd is to hold the daemon's socket; `left`: its unit is there, from another installation. */
  readonly socketUnit?: "wanted" | "left" | undefined;
  /** The daemon's socket. */
  readonly socketPath?: string;
  /** `now`: also with a socket that would wait for the first client; `not`: with the next login. */
  readonly start?: "now" | "not" | undefined;
  /** The home folder where it is not the default one. */
  readonly home?: string | undefined;
  /** What turns the daemon's telemetry on, from the configuration. */
  readonly telemetry?: Readonly<Record<string, string>>;
}

export interface UnitFile {
  readonly path: string;
  readonly text: string;
}

export interface ServicePlan {
  /** Where the unit or the property list goes. */
  readonly path: string;
  readonly text: string;
  /** What is written beside it: the unit of the socket. */
  readonly extraFiles: readonly UnitFile[];
  /** What of ours is to be there no longer: the unit of a socket that systemd holds no more. */
  readonly staleFiles: readonly string[];
  /** Whether the daemon runs, or its socket waits for a client, after the steps. */
  readonly starts: boolean;
  /** At an install, before the stale files are removed: the manager can still name them. */
  readonly beforeRemove: readonly Step[];
  /** After the file was written anew: a running daemon is restarted. */
  readonly installSteps: readonly Step[];
  /** Used where nothing was written: a running daemon stays. */
  readonly ensureSteps: readonly Step[];
  /** At an uninstall, before and after the files are removed. */
  readonly stopSteps: readonly Step[];
  readonly afterRemove: readonly Step[];
  /** What the user may want to know beside it. */
  readonly notes: readonly string[];
}

/** @throws {ConsoleError} `failed` on a system that has neither systemd nor launchd; `unsafe_path` from the rendering */
export function planService(options: ServiceOptions): ServicePlan {
  const place = servicePlace(options);
  if (place !== undefined) return options.os === "darwin" ? launchd(options, place.path) : systemd(options, place);
  throw new ConsoleError("failed", `a service is installed on linux and darwin only, this system is ${options.os}`);
}

function systemd(options: ServiceOptions, { path, socketUnitPath = "" }: ServicePlace): ServicePlan {
  const { argv, notifies = false, runsPrograms = false, socketUnit, socketPath = "", start } = options;
  const activated = socketUnit === "wanted";
  return {
    path,
    text: renderUnit({ argv, env: variables(options), notifies, runsPrograms, activated }),
    extraFiles: activated ? [{ path: socketUnitPath, text: renderSocket(socketPath) }] : [],
    staleFiles: socketUnit === "left" ? [socketUnitPath] : [],
    starts: start !== "not",
    ...systemdSteps(socketUnit, start),
    notes: [
      activated
        ? "The first client starts it; jobs run only while it does. To listen from boot on: loginctl enable-linger"
        : "It starts when you log in; to start it at boot: loginctl enable-linger",
    ],
  };
}

type Steps = Pick<ServicePlan, "beforeRemove" | "installSteps" | "ensureSteps" | "stopSteps" | "afterRemove">;

function systemdSteps(socketUnit: ServiceOptions["socketUnit"], start: ServiceOptions["start"]): Steps {
  const control = (words: string, tolerate?: Step["tolerate"]) =>
    step(["systemctl", "--user", ...words.split(" ")], tolerate);
  const reload = control("daemon-reload");
  const disable = control(`disable ${UNIT}`, "any");
  const stop = control(`stop ${UNIT}`, "any");
  // Fails where the unit never ran; without it one that failed too often does not start, and stays listed when it is gone.
  const reset = [UNIT, ...(socketUnit === undefined ? [] : [SOCKET_UNIT])]
    .map((unit) => control(`reset-failed ${unit}`, "any"));
  // Before the service: the next client would start it again.
  const noSocket = [control(`stop ${SOCKET_UNIT}`, "any"), control(`disable ${SOCKET_UNIT}`, "any")];
  const runs = start !== "not";
  const steps = {
    stopSteps: [...(socketUnit === undefined ? [] : noSocket), stop, disable],
    afterRemove: [reload, ...reset],
  };
  if (socketUnit === "wanted") {
    // The service is not enabled: it starts with the first client, not with the login.
    const enable = [...reset, disable, control(`enable ${SOCKET_UNIT}`)];
    const now = start === "now" ? [control(`start ${UNIT}`)] : [];
    return {
      ...steps,
      beforeRemove: [],
      // A daemon that has bound its own socket must be gone before systemd binds it.
      installSteps: [reload, ...enable, ...(runs ? [stop, control(`restart ${SOCKET_UNIT}`), ...now] : [])],
      ensureSteps: [...enable, ...(runs ? [control(`start ${SOCKET_UNIT}`), ...now] : [])],
    };
  }
  const enable = [...reset, control(`enable ${UNIT}`)];
  return {
    ...steps,
    beforeRemove: socketUnit === "left" ? noSocket : [],
    installSteps: [reload, ...enable, ...(runs ? [control(`restart ${UNIT}`)] : [])],
    ensureSteps: [...enable, ...(runs ? [control(`start ${UNIT}`)] : [])],
  };
}

function launchd(options: ServiceOptions, path: string): ServicePlan {
  const { uid, argv } = options;
  const names = launchdNames(uid);
  return {
    path,
    text: renderPlist({ argv, env: variables(options) }),
    extraFiles: [],
    staleFiles: [],
    starts: true,
    beforeRemove: [],
    installSteps: launchdStart(names, path, true),
    ensureSteps: launchdStart(names, path, false),
    stopSteps: [bootout(names)],
    afterRemove: [],
    notes: ["It starts when you log in."],
  };
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
 * dependency. Relative entries of PATH would mean another folder there, so they go, as does what
 * is named twice.
 */
function variables({ env, home, telemetry }: ServiceOptions): Record<string, string> {
  const folders = (env["PATH"] ?? "").split(":").filter((entry) => entry.startsWith("/"));
  const path = [...new Set(folders)].join(":");
  return {
    PATH: path === "" ? "/usr/local/bin:/usr/bin:/bin" : path,
    ...(home === undefined ? {} : { AGENT_CONSOLE_HOME: home }),
    ...Object.fromEntries(PASSED.flatMap((name) => env[name]?.startsWith("/") ? [[name, env[name]]] : [])),
    ...RUNTIME_ENV,
    ...telemetry,
  };
}
