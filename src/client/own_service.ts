/**
 * The service of this user, as a client sees it: whether it is installed for this home, and the way to its manager. Only
 * asked where no daemon replies, and by commands about the daemon.
 */
import type { DaemonOptions } from "../daemon/options.ts";
import { denoFiles, linkTarget } from "../platform/deno_files.ts";
import { namedEnv, otelEnv } from "../platform/environment.ts";
import { sleep } from "../platform/delay.ts";
import { findProgram } from "../platform/find_program.ts";
import { resolveFrom } from "../platform/home_paths.ts";
import { currentFolder, env, OS, ownUid, run } from "../platform/process.ts";
import { danglingLinks, type InstalledService, installedService, ownText, whyUnused } from "../service/installed.ts";
import { type Manager, managerOf } from "../service/manager.ts";
import { type PlaceOptions, runtimeDirOf, servicePlace } from "../service/place.ts";
import { NO_PROGRAM, NOT_IN_TIME, type Ran, type StepPorts } from "../service/steps.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ClientContext } from "./endpoint.ts";

/** Time for one command of the service manager, ms: a stop takes the 20 s of the unit's TimeoutStopSec at most. */
const COMMAND_MS = 30_000;
/** The same for one that returns once the daemon serves, ms: the unit's TimeoutStartSec is 15 min, and it may stop one before. */
const START_MS = 16 * 60_000;
const STARTS: readonly string[] = ["start", "restart"];
/** What its commands find their manager by. What they say is read, so LC_ALL has them say it in English. */
const CONTROL_ENV: readonly string[] = ["DBUS_SESSION_BUS_ADDRESS", "HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"];

/** A login by su or cron has no XDG_RUNTIME_DIR, and the manager of its user may run all the same: pam_systemd(8). */
function runtimeDir(
  { XDG_RUNTIME_DIR: given = "" }: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const path = OS === "linux" && given === "" ? runtimeDirOf(ownUid(), denoFiles) : undefined;
  return path === undefined ? {} : { XDG_RUNTIME_DIR: path };
}

/** Runs a command of the service manager. Never throws: what it could not is in the code of {@link Ran}. */
export async function runManager(
  argv: readonly string[],
  signal?: AbortSignal,
  deadlineMs = argv.some((word) => STARTS.includes(word)) ? START_MS : COMMAND_MS,
): Promise<Ran> {
  const [name = "", ...words] = argv;
  const program = findProgram(name);
  if (program === undefined) return { code: NO_PROGRAM, stdout: "", stderr: `${name} is not on PATH` };
  const deadline = AbortSignal.timeout(deadlineMs);
  const over = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
  try {
    const given = namedEnv(CONTROL_ENV);
    const surroundings = { env: { ...given, ...runtimeDir(given), LC_ALL: "C" }, cwd: "/" };
    const ran = await run([program, ...words], { signal: over, ...surroundings });
    // The signal that ends it at its deadline is no reply of the manager.
    return ran.code !== 0 && over.aborted ? { ...ran, code: NOT_IN_TIME } : ran;
  } catch (error) {
    const { message } = error as Error;
    return { code: over.aborted ? NOT_IN_TIME : NO_PROGRAM, stdout: "", stderr: message };
  }
}

/** The service manager of this user. @param signal gives up what runs, and what waits between two commands */
export function managerPorts(signal?: AbortSignal): StepPorts {
  return { run: (argv) => runManager(argv, signal), pause: (ms) => sleep(ms, signal) };
}

/** Undefined where HOME says nothing: then a service has no place. */
function places(): PlaceOptions | undefined {
  const userHome = env("HOME");
  return userHome?.startsWith("/") ? { os: OS, userHome, env: { XDG_CONFIG_HOME: env("XDG_CONFIG_HOME") } } : undefined;
}

/** Each file and link that the service has, or would have: what is written at an install, and what systemd links. */
export function filesOfService({ withSocket }: { readonly withSocket: boolean }): readonly string[] {
  const at = places();
  const place = at === undefined ? undefined : servicePlace(at);
  const { path, link, socketUnitPath, socketLink } = place ?? {};
  return [path, link, ...(withSocket ? [socketUnitPath, socketLink] : [])].filter((one) => one !== undefined);
}

/** The service that is installed, of whichever home. */
export function findService(): InstalledService | undefined {
  const at = places();
  return at === undefined ? undefined : installedService(at, denoFiles);
}

/** Whether the unit of the socket was installed: one that is masked, or that somebody else wrote, is none of ours. */
export function hasSocketUnit(): boolean {
  const at = places();
  const path = at === undefined ? undefined : servicePlace(at)?.socketUnitPath;
  return path !== undefined && ownText(path, denoFiles) !== undefined;
}

/** Whether a daemon that the service manager starts for our connection may still be on its way: then it is worth the wait. */
export function isStillStarting(error: unknown): error is ConsoleError {
  return error instanceof ConsoleError && error.kind === "timeout" && hasSocketUnit();
}

/** What the manager complains of at each login, after a unit of ours was removed by hand. */
export function leftLinks(): readonly string[] {
  const at = places();
  return at === undefined ? [] : danglingLinks(at, denoFiles, linkTarget);
}

/** Its service, where it is this home's: enabled or not. */
export function serviceOfHome({ paths }: Pick<ClientContext, "paths">): InstalledService | undefined {
  const service = findService();
  return service?.home === paths.root ? service : undefined;
}

export function managerOfService(service: InstalledService, signal?: AbortSignal): Manager {
  return managerOf(service, ownUid(), { files: denoFiles, ...managerPorts(signal) });
}

const MOVED: readonly string[] = ["AGENT_CONSOLE_SOCKET", "AGENT_CONSOLE_PID_FILE"];

export interface StartWish {
  readonly daemon?: Partial<DaemonOptions> | undefined;
  /** A person has typed the command: only then does their environment say where telemetry goes. */
  readonly byPerson: boolean;
}

/** Why a daemon with these options is not started by the service; undefined where it is. */
export function whyServiceUnused(
  service: InstalledService,
  { paths, socketFlag }: Pick<ClientContext, "paths" | "socketFlag">,
  { daemon = {}, byPerson }: StartWish,
): string | undefined {
  // The event of a hook only says which process it is that lives beside the daemon.
  const { home: _, socket: _socket, program: _program, event: _event, ...options } = daemon;
  const moved = Object.entries(namedEnv(MOVED)).map(([name, path]) => [name, resolveFrom(path, currentFolder())]);
  return whyUnused(service, {
    root: paths.root,
    socket: socketFlag,
    options: Object.entries(options).flatMap(([name, value]) => value === undefined || value === false ? [] : [name]),
    env: { ...Object.fromEntries(moved), ...(byPerson ? otelEnv() : {}) },
  });
}

/** A service as `status` shows it. */
export interface ServiceState {
  readonly path: string;
  /** The home that it serves; null where its file does not say. */
  readonly home: string | null;
  readonly enabled: boolean;
  /** In systemd's words: active, inactive, failed, …; `unknown` where no manager replies. */
  readonly state: string;
  /** The daemon that it runs. */
  readonly pid: number | null;
  /** It runs none, and its socket is open: whoever connects starts one. */
  readonly waits: boolean;
}

/** Whether only the service's socket is there, so that a look whether a daemon runs would start one. */
export async function waitsForClient(context: Pick<ClientContext, "paths">, signal: AbortSignal): Promise<boolean> {
  return hasSocketUnit() && (await serviceState(context, signal))?.waits === true;
}

/** Null where none is installed. One of another home is only named: its manager is not asked. */
export async function serviceState(
  context: Pick<ClientContext, "paths">,
  signal: AbortSignal,
): Promise<ServiceState | null> {
  const service = findService();
  if (service === undefined) return null;
  const { path, home = null, enabled } = service;
  const managed = home === context.paths.root ? await managerOfService(service, signal).state() : undefined;
  const waits = managed?.listens === true && managed.pid === undefined;
  return { path, home, enabled, state: managed?.state ?? "unknown", pid: managed?.pid ?? null, waits };
}
