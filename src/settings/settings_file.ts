/** A settings file of somebody else on the disk: read plainly, written in one rename, its links and its mode kept. */
import { dirname } from "@std/path";
import { withoutPath } from "../platform/deno_files.ts";
import { isNoRoom, MAKE_ROOM } from "../platform/disk_space.ts";
import { systemProblem } from "../platform/process.ts";
import type { Files, Timers } from "../platform/system.ts";
import { ConsoleError } from "../protocol/errors.ts";

const LOCK_TRIES = 100;
const LOCK_PAUSE_MS = 50;

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

interface Linked {
  readonly files: Files;
  /** Follows every link. @throws the OS error where the end does not exist */
  readonly realPath: (path: string) => string;
}

interface Lockable {
  readonly timers: Timers;
  readonly tryLock: (path: string) => { release(): void } | undefined;
}

/** `text` undefined: no file. `mode`: where it is not to stay as it is. */
export function writeSettings(files: Files, path: string, text: string | undefined, mode?: number): void {
  const has = files.stat(path)?.mode ?? 0o600;
  // A rename would put ours in the place of a file that somebody made read-only on purpose.
  if ((has & 0o200) === 0) throw new ConsoleError("failed", `${path} is read-only`, { hint: `chmod u+w ${path}` });
  if (text === undefined) return files.remove(path);
  makeFolders(files, dirname(path));
  files.replace(path, encoder.encode(text), mode ?? has);
}

/** What the system said no to, as one line that names the file; what is no such error stays as it is. */
export function unwritable(file: string, error: unknown): unknown {
  const problem = error instanceof ConsoleError ? undefined : systemProblem(error);
  if (problem === undefined) return error;
  const isMount = /\bos error 16\b|EBUSY|resource busy/i.test(problem);
  return isMount
    ? new ConsoleError("failed", `${file} is a mount of its own, which no other file can replace`, {
      hint: "change the file where it is mounted from, or mount the folder that it lies in",
    })
    : new ConsoleError("failed", `${file} cannot be written: ${withoutPath(problem, file)}`, {
      hint: isNoRoom(problem)
        ? MAKE_ROOM
        : "make the file and its folder writable, or change the settings where they come from",
    });
}

/** @throws {ConsoleError} timeout */
export async function lockSettings(system: Lockable, path: string): Promise<{ release(): void }> {
  for (let tries = 0; tries < LOCK_TRIES; tries++) {
    const lock = system.tryLock(path);
    if (lock !== undefined) return lock;
    await system.timers.sleep(LOCK_PAUSE_MS);
  }
  throw new ConsoleError("timeout", `${path} is held by another process`, { hint: "try again in a moment" });
}

/** The file itself where `file` is a link: renaming over a link would put a file in its place. */
export function settingsPath({ files, realPath }: Linked, file: string): string {
  if (files.stat(file)?.kind !== "symlink") return file;
  try {
    return realPath(file);
  } catch {
    throw new ConsoleError("failed", `${file} is a link to nothing`);
  }
}

/** Undefined where there is none. @throws {ConsoleError} failed, config_invalid */
export function readSettings({ files }: Pick<Linked, "files">, path: string, file: string): string | undefined {
  const stat = files.stat(path);
  if (stat === undefined) return undefined;
  if (stat.kind !== "file") {
    throw new ConsoleError("failed", `${file} is a ${stat.kind}, not a file`);
  }
  const bytes = files.read(path);
  try {
    return strictUtf8.decode(bytes);
  } catch {
    throw new ConsoleError("config_invalid", `${file} is not UTF-8`);
  }
}

export function makeFolders(files: Files, path: string): void {
  if (files.stat(path) !== undefined) return;
  makeFolders(files, dirname(path));
  try {
    files.mkdir(path, 0o700);
  } catch (error) {
    if (files.stat(path) === undefined) throw error; // else another process was quicker
  }
}
