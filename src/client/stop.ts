/**
 * Stops the daemon and sees to it that it is gone: asks over the wire, then TERM, then KILL; the escalation only
 * after checking that the pid is still our daemon (pid, start time, executable): pids are used again.
 */
import { sleep } from "../platform/clock.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { tryLock } from "../platform/lock_file.ts";
import { kill, type Signal } from "../platform/process.ts";
import { probe, PS_PATHS } from "../platform/processes.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { tryConnectPatiently } from "./connect.ts";
import type { ClientContext } from "./context.ts";

export interface StopOptions {
  readonly reason?: string | undefined;
  /** Skip the drain, and escalate at once. */
  readonly force: boolean;
  readonly restart: boolean;
  /** Time for each step before the next harder one, ms. */
  readonly stepMs: number;
  readonly pidFile: string;
}

/** How often the end is looked for, ms. */
const LOOK_MS = 20;
/** Beyond the daemon's own drain (5 s) and forced exit (8 s) an asked stop needs no more, ms. */
const ASKED_MS = 9000;

interface Holder {
  readonly pid: number;
  readonly startedAt: string;
}

/** @returns the pid that was stopped, or undefined where none ran. @throws {ConsoleError} `failed` where it lives on */
export async function stopDaemon(context: ClientContext, options: StopOptions): Promise<number | undefined> {
  const noted = await holder(options.pidFile);
  const asked = await ask(context, options);
  if (asked === undefined && !lockHeld(context)) return undefined;
  const pid = asked ?? noted?.pid;
  const gone = () => !lockHeld(context);
  if (await within(asked === undefined ? 0 : options.force ? options.stepMs : ASKED_MS, gone)) return pid;
  if (noted === undefined) {
    throw new ConsoleError("failed", "Cannot stop the daemon: it holds the lock but its pid is not known for sure");
  }
  for (const signal of ["SIGTERM", "SIGKILL"] satisfies Signal[]) {
    if (!await stillOurs(noted, options.pidFile)) break;
    kill(noted.pid, signal);
    if (await within(options.stepMs, gone)) return noted.pid;
  }
  if (await within(options.stepMs, gone)) return noted.pid;
  throw new ConsoleError("failed", `Cannot stop the daemon: pid ${noted.pid} lives on, must end`, { pid: noted.pid });
}

async function ask(context: ClientContext, { reason, force, restart }: StopOptions): Promise<number | undefined> {
  try {
    const client = await tryConnectPatiently(context);
    if (client === undefined) return undefined;
    const params = { force, restart, confirmed: true, ...(reason === undefined ? {} : { reason }) };
    const { pid } = await client.call("shutdown", params, AbortSignal.timeout(2000));
    client.close();
    return pid;
  } catch (error) {
    // Hung, stopping already or going down while we spoke: the lock tells the rest.
    if (error instanceof ConsoleError && error.kind === "unsafe_path") throw error;
    return undefined;
  }
}

/** The kernel frees the lock when its holder is gone: no pid, however reused, can pretend that. */
function lockHeld({ paths }: ClientContext): boolean {
  if (denoFiles.stat(paths.lock) === undefined) return false;
  const lock = tryLock(paths.lock);
  lock?.release();
  return lock === undefined;
}

async function within(ms: number, done: () => boolean): Promise<boolean> {
  const until = Date.now() + ms;
  for (;;) {
    if (done()) return true;
    if (Date.now() >= until) return false;
    await sleep(LOOK_MS);
  }
}

/** The pid of the file, with the start time that it has now if that is the one in the file. */
async function holder(pidFile: string): Promise<Holder | undefined> {
  try {
    const [pid, startedAt] = new TextDecoder().decode(denoFiles.read(pidFile)).split("\n");
    if (pid === undefined || startedAt === undefined) return undefined;
    const noted = { pid: Number(pid), startedAt };
    return Number.isSafeInteger(noted.pid) && noted.pid > 1 && await lives(noted) ? noted : undefined;
  } catch {
    return undefined;
  }
}

async function stillOurs(noted: Holder, pidFile: string): Promise<boolean> {
  const again = await holder(pidFile);
  return again?.pid === noted.pid && again.startedAt === noted.startedAt;
}

async function lives({ pid, startedAt }: Holder): Promise<boolean> {
  const ps = PS_PATHS.find((path) => denoFiles.stat(path) !== undefined);
  if (ps === undefined) return false;
  const seen = await probe(ps, [pid]);
  return seen !== "unknown" && seen.some((process) => process.pid === pid && process.startedAt === startedAt);
}
