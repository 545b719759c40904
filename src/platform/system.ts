/**
 * The one door to the operating system: interfaces here, Deno behind them in the other files of this
 * folder, fakes in tests/support. Paths are absolute strings, times milliseconds, sizes bytes.
 */

/** Wall clock for what people read, steady clock for what we wait for. */
export interface Clock {
  /** Milliseconds since the epoch; may jump either way. */
  now(): number;
  /** Milliseconds from an arbitrary start; never goes back. */
  steady(): number;
}

export interface FileStat {
  readonly kind: "file" | "directory" | "symlink" | "socket" | "other";
  readonly size: number;
  /** Permission bits (`0o777` mask), or null where the platform has none. */
  readonly mode: number | null;
  /** A folder in which each file is its owner's alone to remove, as /tmp. */
  readonly isSticky?: boolean;
  readonly uid: number | null;
  readonly inode: number | null;
  readonly device: number | null;
  readonly mtimeMs: number;
}

/** A file open for appending. */
export interface AppendFile {
  readonly path: string;
  /** Present length in bytes. */
  size(): number;
  /** Whether its path leads to it: what is written to a file without a name is lost with this process. */
  isInPlace(): boolean;
  /** Writes all of `bytes` at the end. Synchronous: when it returns the kernel has them. @throws the OS error */
  write(bytes: Uint8Array): void;
  /** Asks the kernel to put everything written so far on the disk (fdatasync). */
  sync(): Promise<void>;
  /** Cuts the file to `length` bytes. */
  truncate(length: number): void;
  close(): void;
}

/**
 * What the name of a {@link Replacement} ends in until it is whole. One name for each file: what a killed process left is
 * overwritten by the next.
 */
export const UNFINISHED = ".part";

/** A file that is written in parts beside the one that it replaces when it is whole. 0600. */
export interface Replacement {
  /** Writes all of `bytes` at the end. @throws the OS error */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Overwrites what was written at `offset`. @throws the OS error */
  overwrite(offset: number, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Syncs it and puts it in the old one's place. @throws the OS error */
  commit(): Promise<void>;
  /** Removes it unless it was committed. */
  discard(): void;
}

/** Files. Synchronous where the caller's order of steps is the point; all small or append-only. */
export interface Files {
  /** @throws the OS error; NotFound where nothing exists: see {@link Files.stat} */
  read(path: string): Uint8Array;
  /** At most `length` bytes from `offset`; fewer at the end of the file. Read into `into` where it has room. */
  readRange(path: string, offset: number, length: number, into?: Uint8Array): Uint8Array;
  /** Names in a folder, sorted; [] where there is none. */
  list(path: string): string[];
  /** lstat: never follows a link. Undefined where nothing is there. */
  stat(path: string): FileStat | undefined;
  /** Opens for appending, 0600; `create: "new"` fails where something is there. */
  append(path: string, create: "new" | "may" | "never"): AppendFile;
  /** Writes to a new file beside it, syncs, renames over `path`: either the old content or the new. 0600 by default. */
  replace(path: string, bytes: Uint8Array, mode?: number): void;
  /** The same for content that is made in parts; one at a time for a path. @throws the OS error */
  replaceInParts(path: string): Replacement;
  /** Creates a file that must not exist. */
  create(path: string, bytes: Uint8Array, mode: number): void;
  mkdir(path: string, mode: number): void;
  rename(from: string, to: string): void;
  /** Removes a file; nothing there is fine. */
  remove(path: string): void;
}

/** One-shot and repeated delays that end with their signal. */
export interface Timers {
  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** sha256 of `bytes` as 64 lower-case hex digits. */
export type Sha256 = (bytes: Uint8Array) => string;

/** sha256 of bytes that come in parts. */
export interface RunningSha256 {
  update(bytes: Uint8Array): void;
  /** Of all that came, as 64 lower-case hex digits. Call once. */
  digest(): string;
}

/** What the process table says about a pid. */
export interface ProcessInfo {
  readonly pid: number;
  /** The kernel's start time as text, comparable for equality only. */
  readonly startedAt: string;
  /** The controlling terminal's device, where there is one. */
  readonly tty?: string;
}

/** The log of the daemon. Fields never hold secrets; the sink masks what looks like one all the same. */
export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}
