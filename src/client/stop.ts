/**
 * Stops the daemon and checks that it is gone: a call over the wire, then TERM, then KILL. Signals are sent only after
 * checking that the pid is still our daemon (pid, start time, executable), because pids are reused.
 */
import { systemClock } from "../platform/clock.ts";
import { sleep } from "../platform/delay.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { tryLock } from "../platform/lock_file.ts";
import { folderId } from "../platform/path_safety.ts";
import { kill, ownPid, run, type Signal } from "../platform/process.ts";
import { probe, PS_PATHS } from "../platform/process_table.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { withRunning } from "./connect.ts";
import type { ClientContext } from "./endpoint.ts";

export interface StopOptions {
  readonly reason?: string | undefined;
  /** Skip the drain, and escalate at once. */
  readonly force: boolean;
  readonly restart: boolean;
  /** Time for each step before the next harder one, ms; by default what a healthy daemon may need. */
  readonly stepMs?: number | undefined;
  readonly pidFile: string;
  /** Confirms where work would be lost (`what` describes it); true continues. */
  readonly confirm: (what: string, active: Readonly<Record<string, number>>) => Promise<boolean>;
}

/** Interval of the checks for the end, ms; every few checks the process table is read too, which costs a process. */
const LOOK_MS = 20;
const LOOKS_TO_PROBE = 10;
const STEP_MS = 3000;
/** After the daemon's own drain (5 s) and forced exit (8 s) a requested stop needs no more, ms. */
const ASKED_MS = 9000;
const PS_MS = 5000;

/** One run of the daemon. */
interface Target {
  readonly pid: number;
  readonly bootId: string;
}

/** The lines of the pid file, less the last, which names the home. */
interface Noted extends Target {
  /** The kernel's start time of the pid, or `-` in a daemon's first instants. */
  readonly startedAt: string;
  readonly executable: string;
}

/**
 * The result of the stop request: who will stop, that it is stopping already, no reply in time, or no way to request
 * it.
 */
type StopReply = Target | "stopping" | "hung" | "unasked";

/** @returns the pid that was stopped, or undefined where none ran. @throws {ConsoleError} `failed` where it lives on */
export async function stopDaemon(context: ClientContext, options: StopOptions): Promise<number | undefined> {
  const { pidFile } = options;
  const before = readNoted(context, pidFile);
  const answer = await requestStop(context, options);
  const asked = typeof answer === "string" ? undefined : answer;
  if (asked === undefined && !lockHeld(context)) return undefined;
  const target = asked ?? before;
  const step = options.stepMs ?? STEP_MS;
  const drain = options.stepMs ?? (options.force ? STEP_MS : ASKED_MS);
  const gone = (look: number) => isGone(context, pidFile, target, look);
  if (await waitUntil(asked !== undefined || answer === "stopping" ? drain : 0, gone)) return target?.pid;
  if (target === undefined) {
    throw new ConsoleError(
      "failed",
      "the daemon was not stopped: it holds the lock, but its pid is not known for sure",
    );
  }
  const { pid } = target;
  // TERM is the first notice for a daemon that could not be called (busy, say): it gets the time to drain.
  const steps: readonly (readonly [Signal, number])[] = [
    ["SIGTERM", answer === "unasked" ? drain : step],
    ["SIGKILL", step],
  ];
  for (const [signal, ms] of steps) {
    if (!await isOurs(context, pidFile, target)) break;
    kill(pid, signal);
    if (await waitUntil(ms, gone)) return pid;
  }
  if (await waitUntil(step, gone)) return pid;
  throw new ConsoleError("failed", `the daemon was not stopped: pid ${pid} lives on`, { pid });
}

async function requestStop(context: ClientContext, options: StopOptions): Promise<StopReply> {
  const { reason, force, restart, confirm } = options;
  try {
    const reply = await withRunning(context, async (client) => {
      const params = { force, restart, ...(reason === undefined ? {} : { reason }) };
      const asked = (confirmed: boolean) =>
        client.call("shutdown", { ...params, confirmed }, AbortSignal.timeout(2000));
      const { pid } = await asked(false).catch(async (error) => {
        if (!(error instanceof ConsoleError) || error.kind !== "confirm_required") throw error;
        if (!await confirm(error.message, Object(error.details["active"]) as Readonly<Record<string, number>>)) {
          throw new ConsoleError("failed", "the daemon was not stopped, because it was not confirmed");
        }
        return await asked(true);
      });
      return { pid, bootId: client.hello.bootId };
    });
    return reply ?? "unasked";
  } catch (error) {
    // Hung, stopping already, ended during the call or without room for us: the lock shows the rest.
    if (!(error instanceof ConsoleError) || ["unsafe_path", "failed"].includes(error.kind)) throw error;
    return error.kind === "stopping" ? "stopping" : error.kind === "timeout" ? "hung" : "unasked";
  }
}

/**
 * The kernel frees the lock when its holder is gone, so a reused pid cannot fake that. A held lock may be a
 * successor's: then the pid file names another run, or the process table no longer has ours.
 */
async function isGone(
  context: ClientContext,
  pidFile: string,
  target: Target | undefined,
  look: number,
): Promise<boolean> {
  if (!lockHeld(context)) return true;
  if (target === undefined) return false;
  const noted = readNoted(context, pidFile);
  if (noted !== undefined && !isSame(noted, target)) return true;
  if (look % LOOKS_TO_PROBE !== LOOKS_TO_PROBE - 1) return false;
  return await seenAlive(noted ?? { ...target, startedAt: "-" }) === false;
}

function lockHeld({ paths }: ClientContext): boolean {
  if (denoFiles.stat(paths.lock) === undefined) return false;
  const lock = tryLock(paths.lock);
  lock?.release();
  return lock === undefined;
}

async function waitUntil(ms: number, done: (look: number) => Promise<boolean>): Promise<boolean> {
  const until = systemClock.steady() + ms;
  for (let look = 0;; look++) {
    if (await done(look)) return true;
    if (systemClock.steady() >= until) return false;
    await sleep(LOOK_MS);
  }
}

/**
 * Undefined where the file is not there or is not one of ours, or names another home, as in a copy. An earlier version
 * named none.
 */
function readNoted({ paths }: ClientContext, pidFile: string): Noted | undefined {
  try {
    const lines = new TextDecoder().decode(denoFiles.read(pidFile)).split("\n");
    const [pid, startedAt = "", executable = "", bootId = "", folder = ""] = lines;
    if (folder !== "" && folder !== folderId(denoFiles.stat(paths.root))) return undefined;
    const noted = { pid: Number(pid), startedAt, executable, bootId };
    return Number.isSafeInteger(noted.pid) && noted.pid > 1 && bootId !== "" ? noted : undefined;
  } catch {
    return undefined;
  }
}

function isSame(a: Target, b: Target): boolean {
  return a.pid === b.pid && a.bootId === b.bootId;
}

/** Whether the process table has it; undefined where it cannot be known. `-` as start time is any. */
async function seenAlive({ pid, startedAt }: Pick<Noted, "pid" | "startedAt">): Promise<boolean | undefined> {
  const ps = psPath();
  const table = ps === undefined ? undefined : await probe(ps, ownPid(), [pid]);
  if (table === undefined || "unusable" in table) return undefined;
  return table.processes.some((one) => one.pid === pid && (startedAt === "-" || one.startedAt === startedAt));
}

/** No signal is sent on a guess: the file, the start time and what the process runs must all match our daemon. */
async function isOurs(context: ClientContext, pidFile: string, target: Target): Promise<boolean> {
  const noted = readNoted(context, pidFile);
  if (noted === undefined || !isSame(noted, target) || noted.startedAt === "-") return false;
  return await seenAlive(noted) === true && await runsDaemon(noted, context.paths.root);
}

/** The file may name the target of a link: then the home on the command line shows that it is ours. */
async function runsDaemon({ pid, executable }: Noted, root: string): Promise<boolean> {
  const ps = psPath();
  if (ps === undefined) return false;
  const { stdout } = await run([ps, "-ww", "-o", "comm=", "-o", "args=", "-p", String(pid)], {
    signal: AbortSignal.timeout(PS_MS),
    env: { LC_ALL: "C" },
    cwd: "/",
  }).catch(() => ({ stdout: "" }));
  // Linux keeps 15 bytes of a program's name.
  const name = executable.slice(executable.lastIndexOf("/") + 1).slice(0, 15);
  return (name !== "" && stdout.includes(name)) || stdout.includes(root);
}

function psPath(): string | undefined {
  return PS_PATHS.find((path) => denoFiles.stat(path) !== undefined);
}
