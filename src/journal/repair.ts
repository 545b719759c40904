/** The checks before a journal that failed is written again. */
import type { AppendFile, Files, Sha256 } from "../platform/system.ts";
import { Chain } from "./chain.ts";
import { closeQuietly } from "./close_quietly.ts";
import { SegmentChanged } from "./read_only.ts";
import { firstRecord, lastRecord, type Segment, withLineFeed } from "./segment.ts";

/** Bytes of `segment` behind its records, which end at `size`. @throws {SegmentChanged} where it is gone, or shorter */
export function bytesBehind(files: Pick<Files, "stat">, segment: Segment, size: number): number {
  const length = files.stat(segment.path)?.size;
  if (length === undefined) throw new SegmentChanged(`${segment.name} is gone`);
  if (length < size) throw new SegmentChanged(`${segment.name} has ${length} bytes, expected ${size}`);
  return length - size;
}

/**
 * Checks that `segment` still ends, at `size`, in the record that we wrote last. More bytes may follow.
 *
 * @throws {Error} where it does not
 */
export function checkTail(
  files: Files,
  sha256: Sha256,
  segment: Segment,
  tip: { readonly seq: number; readonly hash: string; readonly size: number },
): void {
  bytesBehind(files, segment, tip.size);
  const { line, offset, record } = lastRecord(files, segment.path, tip.size);
  if (record === undefined || record.hash !== tip.hash || record.seq !== tip.seq) {
    throw new SegmentChanged(`${segment.name} does not end in record ${tip.seq}`);
  }
  checkLine(sha256, segment.name, offset, line, record);
}

/** Checks one line by itself. @throws {ConsoleError} `journal_broken` */
export function checkLine(
  sha256: Sha256,
  segment: string,
  offset: number,
  line: Uint8Array,
  record: { readonly seq: number; readonly prev: string },
): void {
  const bytes = withLineFeed(line);
  new Chain(sha256, { seq: record.seq - 1, hash: record.prev }).block(segment, { offset, bytes });
}

/** @throws the OS error; {SegmentChanged} where its name leads to another file: what was synced cannot be read again */
export async function syncInPlace(file: AppendFile): Promise<void> {
  await file.sync();
  if (!file.isInPlace()) {
    throw new SegmentChanged(`${file.path.slice(file.path.lastIndexOf("/") + 1)} is gone, or another file`);
  }
}

/** The segment at `path`, opened anew, without what a failed write left behind its `size` bytes. @throws the OS error */
export function openTruncated(files: Files, path: string, size: number): AppendFile {
  const file = files.append(path, "never");
  try {
    if (file.size() > size) file.truncate(size);
    return file;
  } catch (error) {
    closeQuietly(file);
    throw error;
  }
}

/**
 * After a failed fsync the kernel may have dropped what it could not write, and reports that only once; a second fsync
 * would succeed without a meaning (the PostgreSQL "fsyncgate" of 2018). So the segment is checked and rewritten.
 *
 * @param size bytes that are records; the whole file where absent
 */
export function truncateUnsynced(files: Files, sha256: Sha256, path: string, size?: number): void {
  const record = firstRecord(files, path);
  if (record === undefined) throw new Error(`${path} does not begin with a record`);
  const chain = new Chain(sha256, { seq: record.seq - 1, hash: record.prev });
  const bytes = files.read(path).subarray(0, size);
  chain.block(path, { offset: 0, bytes: bytes.slice() });
  files.replace(path, bytes);
}
