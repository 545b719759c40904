/**
 * The service of this user, as a client sees it: whether it is installed for this home, and the way to its manager. Only
 * asked where no daemon replies, and by commands about the daemon.
 */
import type { DaemonOptions } from "../daemon/options.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { namedEnv, otelEnv } from "../platform/environment.ts";
import { findProgram } from "../platform/find_program.ts";
import { resolveFrom } from "../platform/home_paths.ts";
import { currentFolder, env, OS, ownUid, run } from "../platform/process.ts";
import type { Ran } from "../service/install.ts";
import { danglingLinks, type InstalledService, installedService, whyUnused } from "../service/installed.ts";
import { type Manager, managerOf } from "../service/manager.ts";
import { type PlaceOptions, runtimeDirOf, servicePlace } from "../service/place.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ClientContext } from "./endpoint.ts";

/** Time for one command of the service manager, ms. A unit has 20 s to stop. */
const COMMAND_MS = 30_000;
/** Where its files and its sockets are; what it says is read, so it says it in English. */
const MANAGER_ENV: readonly string[] = ["DBUS_SESSION_BUS_ADDRESS", "HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"];

/** A login by su or cron has no XDG_RUNTIME_DIR, and the manager of its user may run all the same: pam_systemd(8). */
function runtimeDir(
  { XDG_RUNTIME_DIR: given = "" }: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const path = OS === "linux" && given === "" ? runtimeDirOf(ownUid(), denoFiles) : undefined;
  return path === undefined ? {} : { XDG_RUNTIME_DIR: path };
}

/** Runs a command of the service manager. Never throws: 127 where there is no such program, or it took too long. */
export async function runManager(
  argv: readonly string[],
  signal: AbortSignal = AbortSignal.timeout(COMMAND_MS),
): Promise<Ran> {
  const [name = "", ...words] = argv;
  const program = findProgram(name);
  if (program === undefined) return { code: 127, stdout: "", stderr: `${name} is not on PATH` };
  try {
    const given = namedEnv(MANAGER_ENV);
    const surroundings = { env: { ...given, ...runtimeDir(given), LC_ALL: "C" }, cwd: "/" };
    return await run([program, ...words], {
      signal: AbortSignal.any([signal, AbortSignal.timeout(COMMAND_MS)]),
      ...surroundings,
    });
  } catch (error) {
    return { code: 127, stdout: "", stderr: (error as Error).message };
  }
}

/** Undefined where HOME says nothing: then a service has no place. */
function places(): PlaceOptions | undefined {
  const userHome = env("HOME");
  return userHome?.startsWith("/") ? { os: OS, userHome, env: { XDG_CONFIG_HOME: env("XDG_CONFIG_HOME") } } : undefined;
}

/** The service that is installed, of whichever home. */
export function findService(): InstalledService | undefined {
  const at = places();
  return at === undefined ? undefined : installedService(at, denoFiles);
}

/** Whether the unit of the socket was installed. */
export function hasSocketUnit(): boolean {
  const at = places();
  const path = at === undefined ? undefined : servicePlace(at)?.socketPath;
  return path !== undefined && denoFiles.stat(path) !== undefined;
}

/** Whether a daemon that the service manager starts for our connection may still be on its way: then it is worth the wait. */
export function isStillStarting(error: unknown): error is ConsoleError {
  return error instanceof ConsoleError && error.kind === "timeout" && hasSocketUnit();
}

export function leftLinks(): readonly string[] {
  const at = places();
  return at === undefined ? [] : danglingLinks(at, denoFiles);
}

/** Its service, where it is this home's: enabled or not. */
export function serviceOfHome({ paths }: Pick<ClientContext, "paths">): InstalledService | undefined {
  const service = findService();
  return service?.home === paths.root ? service : undefined;
}

export function managerOfService(service: InstalledService, signal?: AbortSignal): Manager {
  return managerOf(service, ownUid(), { files: denoFiles, run: (argv) => runManager(argv, signal) });
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
