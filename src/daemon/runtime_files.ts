/**
 * One daemon per home: the lock that ensures it, and the files that tell other processes who has it. Only the lock
 * counts (the kernel frees it however the holder ends); pid, token and ready file are notes, rewritten at each start,
 * so that nothing has to be cleaned up by hand after a crash.
 */
import { chmod, denoFiles, replaceWithoutSync } from "../platform/deno_files.ts";
import { assertSafe } from "../config/endpoint.ts";
import { folderId } from "../platform/path_safety.ts";
import type { HomePaths } from "../platform/home_paths.ts";
import { type HeldLock, tryLock } from "../platform/lock_file.ts";
import { connectUnix, isConnectionRefused, type Listener, listenUnix } from "../platform/sockets.ts";
import { ConsoleError } from "../protocol/errors.ts";

const encoder = new TextEncoder();
/** Time for a listener at our path to show whether it lives, ms. */
const STALE_PROBE_MS = 2000;

/**
 * Makes a folder 0700, or narrows what was looser. Others may make the home folder at the same instant: it is where the
 * lock lies. Its parts are made by the holder of the lock.
 *
 * @throws {ConsoleError} `unsafe_path`
 */
export function prepareFolders(...folders: readonly string[]): void {
  for (const folder of folders) {
    if (denoFiles.stat(folder) === undefined) makeFolder(folder);
    const stat = denoFiles.stat(folder);
    if (stat === undefined) assertSafe(folder, "is not there");
    else if (stat.kind !== "directory") assertSafe(folder, "is not a folder");
    else if (stat.mode !== null && (stat.mode & 0o077) !== 0) chmod(folder, 0o700);
  }
}

function makeFolder(path: string): void {
  try {
    denoFiles.mkdir(path, 0o700);
  } catch (error) {
    if (denoFiles.stat(path) === undefined) throw error; // else another process was quicker
  }
}

/**
 * A check of the lock (client/stop.ts) holds it for an instant without being a daemon: how often and how long the lock
 * is tried again, ms.
 */
const LOCK_TRIES = { every: 20, for: 300 };

/** Blocks for that time: nothing else runs in this process yet. @throws {ConsoleError} `already_running` with the holder's pid */
export function takeLock(paths: HomePaths, pidFile: string): HeldLock {
  const asleep = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; waited <= LOCK_TRIES.for; waited += LOCK_TRIES.every) {
    const lock = tryLock(paths.lock);
    if (lock !== undefined) return lock;
    Atomics.wait(asleep, 0, 0, LOCK_TRIES.every);
  }
  const pid = readPid(pidFile);
  throw new ConsoleError(
    "already_running",
    `a daemon is already running${pid === undefined ? "" : ` as pid ${pid}`}`,
    { ...(pid === undefined ? {} : { pid }), hint: "agent-console daemon restart" },
  );
}

function readPid(pidFile: string): number | undefined {
  try {
    if (denoFiles.stat(pidFile)?.kind !== "file") return undefined;
    const pid = Number(new TextDecoder().decode(denoFiles.readRange(pidFile, 0, PID_LINE)).split("\n")[0]);
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Listens at `path`. An existing file may be a dead daemon's socket: only connecting shows it, which is safe because
 * the lock is held.
 *
 * @throws {ConsoleError} `already_running` where another process listens there
 */
export async function listen(path: string): Promise<Listener> {
  if (denoFiles.stat(path) !== undefined) {
    try {
      (await connectUnix(path, AbortSignal.timeout(STALE_PROBE_MS))).close();
    } catch (error) {
      if (!isConnectionRefused(error)) throw socketTaken(path);
      denoFiles.remove(path);
      return listenUnix(path);
    }
    throw socketTaken(path);
  }
  return listenUnix(path);
}

function socketTaken(path: string): ConsoleError {
  return new ConsoleError("already_running", `the socket ${path} is taken by another program`, {
    path,
    hint: "end that program, or name another socket with --socket",
  });
}

export interface RunInfo {
  readonly pid: number;
  readonly executable: string;
  readonly bootId: string;
  readonly version: string;
  readonly socketPath: string;
  readonly startedAt: string;
}

/** Longest pid with its newline, and to spare, bytes. */
const PID_LINE = 64;
/** More than a pid file ever has: a path and three short lines, bytes. */
const PID_FILE_MAX = 8192;

/**
 * The pid file is a setting, so it may name any file; only a pid file is ever overwritten. The default one in our own
 * folder may contain anything (I3): no other program uses that name.
 *
 * @throws {ConsoleError} `unsafe_path`; nothing was touched
 */
export function checkPidFile(paths: HomePaths, pidFile: string): void {
  if (pidFile === paths.pid) return;
  const { pid: _, root, ...ours } = paths;
  if (pidFile === root || Object.values(ours).some((path) => pidFile === path || pidFile.startsWith(`${path}/`))) {
    assertSafe(pidFile, "is where agent-console keeps another file");
  }
  const stat = denoFiles.stat(pidFile);
  if (stat === undefined) return;
  if (stat.kind !== "file") assertSafe(pidFile, `is a ${stat.kind}, not a file`);
  const text = new TextDecoder().decode(denoFiles.readRange(pidFile, 0, Math.min(stat.size, PID_LINE)));
  if (text !== "" && !/^\d{1,19}(?:\n|$)/.test(text)) {
    assertSafe(pidFile, "holds something else than a pid");
  }
}

/**
 * The pid file: pid, the kernel's start time of that pid or `-`, the executable, the boot id, which folder is its home; a
 * line each. In a copy of the home it says nothing.
 *
 * @throws {ConsoleError} `unsafe_path`
 */
export function writePid(paths: HomePaths, pidFile: string, notes: RunInfo, processStart: string): void {
  checkPidFile(paths, pidFile); // again: what lies there now counts
  const lines = [notes.pid, processStart, notes.executable, notes.bootId, folderId(denoFiles.stat(paths.root))];
  const bytes = encoder.encode(lines.join("\n") + "\n");
  if (pidFile.startsWith(`${paths.root}/`)) return replaceWithoutSync(pidFile, bytes);
  // Outside the home the sandbox grants this one path, so there is no place for a temporary file beside it.
  denoFiles.remove(pidFile);
  denoFiles.create(pidFile, bytes, 0o600);
}

/**
 * Always a new file: so a link or a wider mode at that name has no effect. On a full disk it takes the room of what a
 * killed daemon left.
 *
 * @throws {ConsoleError} `failed` where there is none: without it nobody could ask the daemon anything
 */
export function writeToken(paths: HomePaths, token: string): void {
  const bytes = encoder.encode(`${token}\n`);
  try {
    return replaceWithoutSync(paths.token, bytes);
  } catch {
    for (const path of [paths.ready, paths.token]) denoFiles.remove(path);
  }
  try {
    replaceWithoutSync(paths.token, bytes);
  } catch (error) {
    throw new ConsoleError("failed", `${paths.token} cannot be written: ${(error as Error).message}`, {
      hint: "free space on the disk or restore write access, then start the daemon again",
    });
  }
}

/**
 * Present exactly while hello gets replies. A socket elsewhere counts only for this very folder (client/dial.ts): a copy of
 * it holds the same file. The home's own socket is found without, by each path to the home, also after a move.
 */
export function writeReady(paths: HomePaths, notes: RunInfo): void {
  const folder = notes.socketPath === paths.socket ? {} : { folder: folderId(denoFiles.stat(paths.root)) };
  replaceWithoutSync(paths.ready, encoder.encode(JSON.stringify({ ...notes, ...folder }) + "\n"));
}

/**
 * The lock is ours, so ready and token are ours or a dead daemon's. The pid file goes only where this run wrote it.
 */
export function removeRuntimeFiles(paths: HomePaths, pidFile: string, run: Pick<RunInfo, "pid" | "bootId">): void {
  for (const path of [paths.ready, paths.token]) denoFiles.remove(path);
  if (isWrittenBy(pidFile, run)) denoFiles.remove(pidFile);
}

function isWrittenBy(pidFile: string, { pid, bootId }: Pick<RunInfo, "pid" | "bootId">): boolean {
  try {
    if (denoFiles.stat(pidFile)?.kind !== "file") return false;
    const lines = new TextDecoder().decode(denoFiles.readRange(pidFile, 0, PID_FILE_MAX)).split("\n");
    return lines[0] === String(pid) && lines[3] === bootId;
  } catch {
    return false;
  }
}
