/** The real files: synchronous calls, errors of the system as they come. */
import { type AppendFile, type Files, type FileStat, type Replacement, UNFINISHED } from "./system.ts";

const OWN_FILE = 0o600;

/** True where nothing exists at the requested path. */
export function isNotFound(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound;
}

/** Whether nothing can be found at `path`, whatever the reason. Links are not followed. */
export function isAbsent(path: string): boolean {
  try {
    return stat(path) === undefined;
  } catch {
    return true;
  }
}

/** True where the path leads through a file, below which nothing can be. */
export function isThroughFile(error: unknown): boolean {
  return error instanceof Deno.errors.NotADirectory;
}

/** True where our own sandbox, and not the system, refused. */
export function isNotCapable(error: unknown): boolean {
  return error instanceof Deno.errors.NotCapable;
}

export const denoFiles: Files = Object.freeze({
  read: (path: string) => Deno.readFileSync(path),
  readRange,
  list,
  stat,
  append,
  replace,
  replaceInParts: (path: string) => new DenoReplacement(path),
  create,
  mkdir,
  rename: (from: string, to: string) => Deno.renameSync(from, to),
  remove,
});

function readRange(path: string, offset: number, length: number, into?: Uint8Array): Uint8Array {
  if (!Deno.statSync(path).isFile) throw new Error(`${path} is no file`); // a pipe would have us wait for a writer
  const bytes = into === undefined || into.length < length ? new Uint8Array(length) : into.subarray(0, length);
  return closing(Deno.openSync(path, { read: true }), (file) => {
    if (offset > 0) file.seekSync(offset, Deno.SeekMode.Start);
    let filled = 0;
    while (filled < length) {
      const read = file.readSync(bytes.subarray(filled));
      if (read === null || read === 0) break;
      filled += read;
    }
    return bytes.subarray(0, filled);
  });
}

/**
 * What `use` makes of the file, which is closed at the end. No `using`: where the name is used once, the bundler's minifier
 * puts the value in its place, and nothing closes it (seen with Deno 2.9.6).
 */
export function closing<T>(file: Deno.FsFile, use: (file: Deno.FsFile) => T): T {
  try {
    return use(file);
  } finally {
    file.close();
  }
}

function list(path: string): string[] {
  try {
    return [...Deno.readDirSync(path)].map((entry) => entry.name).sort();
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

function stat(path: string): FileStat | undefined {
  let info: Deno.FileInfo;
  try {
    info = Deno.lstatSync(path);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
  return {
    kind: kindOf(info),
    size: info.size,
    mode: info.mode === null ? null : info.mode & 0o777,
    isSticky: ((info.mode ?? 0) & 0o1000) !== 0,
    uid: info.uid,
    inode: info.ino,
    device: info.dev,
    mtimeMs: info.mtime?.getTime() ?? 0,
  };
}

function kindOf(info: Deno.FileInfo): FileStat["kind"] {
  if (info.isSymlink) return "symlink";
  if (info.isFile) return "file";
  if (info.isDirectory) return "directory";
  return info.isSocket ? "socket" : "other";
}

function append(path: string, create: "new" | "may" | "never"): AppendFile {
  const how = { append: true, mode: OWN_FILE, createNew: create === "new", create: create === "may" };
  const file = Deno.openSync(path, how);
  if (create === "new") syncFolderOf(path);
  return new DenoAppendFile(path, file);
}

class DenoAppendFile implements AppendFile {
  #file: Deno.FsFile;

  constructor(readonly path: string, file: Deno.FsFile) {
    this.#file = file;
  }

  size(): number {
    return this.#file.statSync().size;
  }

  isInPlace(): boolean {
    const [own, there] = [this.#file.statSync(), stat(this.path)];
    return there !== undefined && there.inode === own.ino && there.device === own.dev;
  }

  write(bytes: Uint8Array): void {
    writeAll(this.#file, bytes);
  }

  sync(): Promise<void> {
    return this.#file.syncData();
  }

  truncate(length: number): void {
    this.#file.truncateSync(length);
  }

  close(): void {
    this.#file.close();
  }
}

function replace(path: string, bytes: Uint8Array, mode = OWN_FILE): void {
  exchange(path, (temporary) => create(temporary, bytes, mode));
  syncFolderOf(path);
}

class DenoReplacement implements Replacement {
  #path: string;
  #temporary: string;
  #file: Deno.FsFile;
  #isOpen = true;
  #isCommitted = false;

  constructor(path: string) {
    this.#path = path;
    this.#temporary = `${path}${UNFINISHED}`;
    remove(this.#temporary);
    // A new file: what lies there under its name could lead out of the folder, or belong to another user.
    this.#file = Deno.openSync(this.#temporary, { write: true, createNew: true, mode: OWN_FILE });
  }

  async write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await this.#file.write(rest));
  }

  async overwrite(offset: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#file.seek(offset, Deno.SeekMode.Start);
    await this.write(bytes);
    await this.#file.seek(0, Deno.SeekMode.End);
  }

  async commit(): Promise<void> {
    await this.#file.sync();
    this.#close();
    Deno.renameSync(this.#temporary, this.#path);
    this.#isCommitted = true;
    syncFolderOf(this.#path);
  }

  discard(): void {
    this.#close();
    if (!this.#isCommitted) remove(this.#temporary);
  }

  #close(): void {
    if (this.#isOpen) this.#file.close();
    this.#isOpen = false;
  }
}

/**
 * Writes a 0600 file whose content is void after a crash of the system (who runs, which token): whole or not at all,
 * like {@link Files.replace}, but without waiting for the disk.
 */
export function replaceWithoutSync(path: string, bytes: Uint8Array): void {
  exchange(path, (temporary) => write(temporary, bytes, OWN_FILE, false));
}

/** What the system said of a write to `path`, for who names the file anyway. */
export function withoutPath(problem: string, path: string): string {
  return problem.replace(writeTo(path), "");
}

function writeTo(path: string): string {
  return `: write '${path}'`;
}

const TEMPORARY_END = /\.[0-9a-f-]{36}\.tmp$/;

function exchange(path: string, make: (temporary: string) => void): void {
  const temporary = `${path}.${crypto.randomUUID()}.tmp`; // in the same folder: a rename cannot cross file systems
  try {
    make(temporary);
    Deno.renameSync(temporary, path);
  } catch (error) {
    remove(temporary);
    throw error;
  }
}

function create(path: string, bytes: Uint8Array, mode: number): void {
  write(path, bytes, mode, true);
}

function write(path: string, bytes: Uint8Array, mode: number, sync: boolean): void {
  closing(Deno.openSync(path, { write: true, createNew: true, mode: mode & OWN_FILE }), (file) => {
    try {
      writeAll(file, bytes);
      if (sync) file.syncSync();
    } catch (error) {
      // As opening a file does; the name of a temporary file says nothing to anybody.
      if (error instanceof Error) error.message += writeTo(path.replace(TEMPORARY_END, ""));
      throw error;
    }
  });
  // The umask may have removed requested mode bits; before this no other user could read the content.
  if (mode !== OWN_FILE && Deno.build.os !== "windows") Deno.chmodSync(path, mode);
}

function mkdir(path: string, mode: number): void {
  Deno.mkdirSync(path, { mode });
  if (Deno.build.os !== "windows") Deno.chmodSync(path, mode); // a umask of 0177 would leave a folder without x
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) written += file.writeSync(bytes.subarray(written));
}

/** Makes the new name itself durable. Best effort: some systems do not let a folder be opened. */
function syncFolderOf(path: string): void {
  try {
    const folder = path.slice(0, path.lastIndexOf("/")) || "/";
    closing(Deno.openSync(folder, { read: true }), (opened) => opened.syncSync());
  } catch {
    // The rename is done; only a power failure could undo it.
  }
}

export function chmod(path: string, mode: number): void {
  Deno.chmodSync(path, mode);
}

/** The path with every link followed. @throws the OS error where its end does not exist */
export function realPath(path: string): string {
  return Deno.realPathSync(path);
}

/** Where a link leads, as it is written in it; undefined for what is no link. */
export function linkTarget(path: string): string | undefined {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return undefined;
  }
}

/** {@link realPath}, of what does not exist as far as it does. */
export function realPathSoFar(path: string): string {
  try {
    return realPath(path);
  } catch {
    const at = path.lastIndexOf("/");
    return at <= 0 ? path : `${realPathSoFar(path.slice(0, at))}${path.slice(at)}`;
  }
}
