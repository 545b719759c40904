/**
 * Starts the daemon once, however many clients want it at the same time: the start lock lets one of them spawn it, the
 * others wait for its hello. Ready means that hello has its reply.
 */
import type { DaemonOptions } from "../daemon/options.ts";
import { systemClock } from "../platform/clock.ts";
import { sleep } from "../platform/delay.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { cacheEnv } from "../platform/environment.ts";
import { type HomePaths } from "../platform/home_paths.ts";
import { keepFilesToUs } from "../platform/inherited_files.ts";
import { type HeldLock, tryLock } from "../platform/lock_file.ts";
import { type Child, narrowUmask, spawn } from "../platform/process.ts";
import { programArgv } from "../platform/sandbox.ts";
import { parseErrorText } from "../protocol/error_text.ts";
import { ConsoleError, ERRORS } from "../protocol/errors.ts";
import { assertNotElsewhere, isShuttingDown, notRunningError, tryConnect, tryConnectPatiently } from "./connect.ts";
import type { ClientContext } from "./endpoint.ts";
import { isStillStarting } from "./own_service.ts";
import { daemonProgram } from "./prebuild.ts";
import { startByService } from "./service_start.ts";
import { type StartAttempt, startFailure, type StartOptions } from "./start_attempt.ts";
import type { WireClient } from "./wire_client.ts";

export interface Started {
  readonly client: WireClient;
  readonly pid: number;
  /** False where one ran already. */
  readonly fresh: boolean;
}

/** Longest wait for a ready daemon, ms: recovery of a large journal takes its time. */
const START_MS = 30_000;
/** Between two looks for the daemon, ms: doubling, with jitter so that fifty clients do not look in step. */
const LOOK_MS = { first: 8, longest: 250 };
/** Delay after a spawn that found another daemon (exit code 4), before the next: that other one may reply, ms. */
const AGAIN_MS = 1000;
/**
 * Longest wait for a daemon that holds the home and does not listen where we look, ms: one that stops is gone in 8 s; one
 * that listens elsewhere stays.
 */
const CONFLICT_MS = 10_000;

/** @throws {ConsoleError} `start_failed`, or what kept the daemon from starting with its own exit code */
export async function ensureDaemon(context: ClientContext, options: StartOptions): Promise<Started> {
  const { paths } = context;
  let deadline = AbortSignal.timeout(START_MS);
  let lock: HeldLock | undefined;
  let child: StartAttempt | undefined;
  let pause = LOOK_MS.first;
  let spawnAt = 0;
  /** A spawn has found another daemon. */
  let conflict = false;
  let problem: ConsoleError | undefined;
  /** Somebody else may be starting one: they hold the lock until it has replied. */
  const isAlone = () => child === undefined && (lock ??= startLock(paths)) !== undefined;
  /** A hook has nobody to tell: the daemon's log does. */
  let outside: Pick<DaemonOptions, "outside"> = {};
  const note = (text: string) => {
    outside = { outside: text.replace(/^note: /, "") };
    options.onNote?.(text);
  };
  try {
    for (;;) {
      const client = await look(context).catch((error) => {
        // One that is being started may be too busy for a hello in time.
        if (!isTimeout(error) || isAlone()) throw error;
        return notAnswered();
      });
      if (client instanceof ConsoleError) problem = client;
      else if (client !== undefined) {
        return { client, pid: client.hello.pid, fresh: child?.isOf(client.hello.pid) ?? false };
      } else if (child === undefined && systemClock.steady() >= spawnAt) {
        lock ??= startLock(paths);
        // Only the holder of the lock spawns; it checked again after it got the lock, so no other process has spawned
        // in between.
        if (lock !== undefined) {
          await assertNotElsewhere(context);
          child = await startByService(context, { ...options, onNote: note }) ??
            new Starting(await spawnDaemon(context, { ...options, daemon: { ...options.daemon, ...outside } }));
          if (!conflict) {
            deadline = AbortSignal.timeout(START_MS); // what was built first took its time
            problem = undefined;
          }
        }
      }
      if (child?.code !== undefined) {
        // Code 4: one was started without our lock, or the old one is not quite gone.
        problem = child.failure(paths);
        if (child.code !== ERRORS.already_running.exit) throw problem;
        if (!conflict) deadline = AbortSignal.timeout(CONFLICT_MS);
        conflict = true;
        child = undefined;
        spawnAt = systemClock.steady() + AGAIN_MS;
      }
      await sleep(pause * (0.75 + Math.random() / 2), deadline).catch(() => {
        throw problem ?? notAnswered();
      });
      pause = Math.min(pause * 2, LOOK_MS.longest);
    }
  } finally {
    child?.letGo();
    lock?.release();
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof ConsoleError && error.kind === "timeout";
}

function notAnswered(): ConsoleError {
  return new ConsoleError("start_failed", `the daemon has not answered in ${START_MS / 1000} s`, {
    hint: "agent-console daemon logs",
  });
}

/** A client; undefined where no daemon listens; or why the one that listens is unusable. @throws {ConsoleError} */
async function look(context: ClientContext): Promise<WireClient | ConsoleError | undefined> {
  try {
    return await tryConnect(context);
  } catch (error) {
    if (isShuttingDown(error) || isStillStarting(error)) return error;
    if (!(error instanceof ConsoleError) || error.kind !== "unauthorized") throw error;
  }
  return await tryConnectPatiently(context).catch((error) => {
    if (isShuttingDown(error) || isStillStarting(error)) return error;
    throw error;
  });
}

/** Keeps everybody from starting a daemon until it is released. @throws {ConsoleError} `failed` where it is not to be had */
export async function waitForStartLock(paths: HomePaths, signal: AbortSignal): Promise<HeldLock> {
  const over = AbortSignal.any([signal, AbortSignal.timeout(START_MS)]);
  for (;;) {
    const lock = startLock(paths);
    if (lock !== undefined) return lock;
    await sleep(LOOK_MS.first * (1 + Math.random()), over).catch(() => {
      throw new ConsoleError("failed", "another command is starting a daemon, and does not come to an end", {
        hint: "agent-console daemon logs",
      });
    });
  }
}

/** The start lock, if it can be had; the home folder is made for it. */
function startLock(paths: HomePaths): HeldLock | undefined {
  narrowUmask();
  if (denoFiles.stat(paths.root) === undefined) {
    try {
      denoFiles.mkdir(paths.root, 0o700);
    } catch (error) {
      if (denoFiles.stat(paths.root) === undefined) {
        throw new ConsoleError("unsafe_path", `${paths.root} cannot be made: ${(error as Error).message}`, {
          path: paths.root,
        });
      }
    }
  }
  return tryLock(paths.startLock);
}

async function spawnDaemon(context: ClientContext, options: StartOptions): Promise<Child> {
  const { daemonLaunch } = await import("../daemon/launch.ts");
  const { flags, args, env, autoStart, writable } = await daemonLaunch(context, options.daemon, {
    byPerson: !options.auto,
  });
  if (options.auto && !autoStart) throw notRunningError();
  const { program, problem } = await daemonProgram(context.program, { writable, auto: options.auto });
  if (problem !== undefined) options.onFromSource?.(problem);
  const argv = programArgv(program, flags, args);
  keepFilesToUs();
  const streams = { stdin: "null", stdout: "null", stderr: "piped" } as const;
  return spawn(argv, { detached: true, ...streams, env: { ...env, ...cacheEnv(program) }, cwd: "/" });
}

/** Waits for a spawned daemon until it replies or ends. */
class Starting implements StartAttempt {
  #child: Child;
  #code: number | undefined;
  #said = "";

  constructor(child: Child) {
    this.#child = child;
    // Where the child ends at the same moment its pipe may fail: what it said until then counts.
    this.#listen(child).catch(() => {});
    child.ended.then((code) => this.#code = code);
  }

  get code(): number | undefined {
    return this.#code;
  }

  isOf(pid: number): boolean {
    return this.#child.pid === pid;
  }

  async #listen(child: Child): Promise<void> {
    const text = new TextDecoder();
    for await (const chunk of child.stderr ?? []) this.#said = (this.#said + text.decode(chunk)).slice(-4000);
  }

  letGo(): void {
    this.#child.unref();
    this.#child.stderr?.cancel().catch(() => {});
  }

  failure(paths: HomePaths): ConsoleError {
    const { message, hint } = parseErrorText(this.#said);
    return startFailure(paths, this.#code ?? 1, { said: message, hint });
  }
}
