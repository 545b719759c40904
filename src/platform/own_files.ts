/**
 * Reads files that somebody else may have put in a place that we read by itself: plain files of ours only, and not more
 * of them than fits. A pipe would let the open wait for good, a device has no end, a link leads elsewhere.
 *
 * The name is looked at first and the open file again, so that what was exchanged in between is not read. Who owns the
 * folder can still exchange it for a pipe in that instant: nothing here can open without waiting; only {@link readSpooled}
 * opens so that a pipe does not wait.
 */
import { closing, denoFiles } from "./deno_files.ts";
import { checkPlainFile, foreign } from "./path_safety.ts";
import type { Files } from "./system.ts";

/** Most bytes of a file that a feed reads at once: some hundred times what agents publish. */
const FEED_BYTES = 1_048_576;

interface Limits {
  readonly uid: number | null;
  readonly maxBytes: number;
  /** It must have no second name. */
  readonly soleName?: true;
  /** Opens for writing too: so a pipe is opened at once, where the look before missed the exchange. */
  readonly write?: true;
}

/**
 * The whole of a spooled event. @throws {Error} what it is instead of a plain file of ours with one name and at most `maxBytes`
 */
export function readSpooled(path: string, uid: number | null, maxBytes: number): Uint8Array {
  return closing(open(path, { uid, maxBytes, soleName: true, write: true }), (file) => readTo(file, 0, maxBytes));
}

/** The files as feeds get them: what is no plain file of ours is refused, and no read is larger than {@link FEED_BYTES}. */
export function ownFiles(uid: number | null): Files {
  return {
    ...denoFiles,
    read: (path) => closing(open(path, { uid, maxBytes: FEED_BYTES }), (file) => readTo(file, 0, FEED_BYTES)),
    readRange: (path, offset, length) =>
      closing(open(path, { uid, maxBytes: Infinity }), (file) => readTo(file, offset, Math.min(length, FEED_BYTES))),
  };
}

function open(path: string, limits: Limits): Deno.FsFile {
  const named = Deno.lstatSync(path);
  refuse(path, named, limits);
  const file = Deno.openSync(path, { read: true, write: limits.write === true });
  try {
    const opened = file.statSync();
    refuse(path, opened, limits);
    if (opened.ino !== named.ino || opened.dev !== named.dev) throw new Error(`${path} was exchanged for another file`);
    return file;
  } catch (error) {
    file.close();
    throw error;
  }
}

function refuse(path: string, info: Deno.FileInfo, { uid, maxBytes, soleName }: Limits): void {
  const { size, nlink } = info;
  const kind = info.isFile ? "file" : info.isSymlink ? "symlink" : info.isDirectory ? "directory" : "other";
  const problem = checkPlainFile({ kind }) ?? foreign(info, uid) ??
    (soleName && nlink !== null && nlink > 1 ? `has ${nlink} names` : undefined) ??
    (size > maxBytes ? `is ${size} bytes, more than ${maxBytes}` : undefined);
  if (problem !== undefined) throw new Error(`${path} ${problem}`);
}

/** At most `length` bytes from `offset`: a file that grows meanwhile is not followed. */
function readTo(file: Deno.FsFile, offset: number, length: number): Uint8Array {
  const size = Math.max(0, Math.min(length, file.statSync().size - offset));
  const bytes = new Uint8Array(size);
  if (offset > 0) file.seekSync(offset, Deno.SeekMode.Start);
  let filled = 0;
  while (filled < size) {
    const read = file.readSync(bytes.subarray(filled));
    if (read === null || read === 0) break;
    filled += read;
  }
  return bytes.subarray(0, filled);
}
