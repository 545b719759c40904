/** Segment files: their names, their order, and reading their lines forwards and backwards. */
import type { Files } from "../platform/system.ts";
import type { ConsoleError } from "../protocol/errors.ts";
import type { StoredRecord } from "../protocol/record.ts";
import { type Block, LF, type UnterminatedTail } from "./block.ts";
import { chainError } from "./chain.ts";
import { LONGEST_LINE_BYTES, parseRecord } from "./record.ts";

const NAME = /^(\d{16})\.jsonl$/;
const utf8 = new TextDecoder();

/** Bytes read at a time: enough to be fast, too few to grow the daemon's memory. */
const BLOCK_BYTES = 64 * 1024;
/** Blocks that are read together: opening the file for each took a fifth of a microsecond of each record. */
const BLOCKS_AT_ONCE = 4;
const BACK_BYTES = 16 * 1024;
/** Most records are shorter: one is read with so many bytes. */
const RECORD_BYTES = 2048;
/** A segment's first line is shorter. */
export const OPENING_BYTES = 512;

/** A segment file. `first` is the seq of its first record, taken from its name. */
export interface Segment {
  readonly name: string;
  readonly path: string;
  readonly first: number;
}

/** Where the journal ends: its last record, and the segment that is appended to (none before the first record). */
export interface Tip {
  readonly seq: number;
  readonly hash: string;
  readonly last: { readonly segment: Segment; readonly size: number } | undefined;
  /** Segments before it that may not be on the disk, because the process that closed them may have been killed. */
  readonly unsynced: readonly Segment[];
  readonly segments: number;
  readonly bytes: number;
}

export function segmentOf(dir: string, first: number): Segment {
  const name = `${String(first).padStart(16, "0")}.jsonl`;
  return { name, path: `${dir}/${name}`, first };
}

/** The segments in `dir`, in order of their names; other files are ignored. */
export function listSegments(files: Files, dir: string): Segment[] {
  return files.list(dir).filter((name) => NAME.test(name)).sort().map((name) => ({
    name,
    path: `${dir}/${name}`,
    first: Number(NAME.exec(name)![1]),
  }));
}

/**
 * The lines of a file from `from` on, in blocks; returns the unfinished rest.
 *
 * @param mostBytes of a file that has no records: a line that has more, and is longer than what is read at once, ends the
 *   reading as an unfinished rest
 * @throws {ConsoleError} `journal_broken` where a line is longer than any record, unless `mostBytes` is given
 */
export function* readBlocks(
  files: Files,
  path: string,
  from: number,
  { blockBytes = BLOCK_BYTES, mostBytes }: { readonly blockBytes?: number; readonly mostBytes?: number } = {},
): Generator<Block, UnterminatedTail> {
  let offset = from;
  let size = blockBytes * BLOCKS_AT_ONCE;
  const buffer = new Uint8Array(size);
  for (;;) {
    const bytes = files.readRange(path, offset, size, buffer);
    let start = 0;
    for (let end = endOfLines(bytes, start, blockBytes); end > 0; end = endOfLines(bytes, start, blockBytes)) {
      yield { offset: offset + start, bytes: bytes.subarray(start, end) };
      start = end;
    }
    if (start === 0) {
      const isTooLong = bytes.length > (mostBytes ?? LONGEST_LINE_BYTES);
      if (isTooLong && mostBytes === undefined) throw lineTooLong(files, path, offset);
      if (isTooLong || bytes.length < size) return { offset, bytes };
      size = nextLength(size);
      continue;
    }
    offset += start;
    size = buffer.length;
  }
}

/** Twice as much, but no more than shows that a line is too long. */
export function nextLength(length: number): number {
  return length > LONGEST_LINE_BYTES ? length * 2 : Math.min(length * 2, LONGEST_LINE_BYTES + 1);
}

/**
 * The line of a segment that begins at `at` or around it is longer than any record: who reads on would take as much memory
 * as the file has bytes. Reads the file once more, because whoever comes from its end does not know the line's number.
 */
export function lineTooLong(files: Files, path: string, at: number): ConsoleError {
  const name = path.slice(path.lastIndexOf("/") + 1);
  let seq = Number(NAME.exec(name)?.[1] ?? 1);
  let offset = 0;
  const buffer = new Uint8Array(BLOCK_BYTES);
  for (let from = 0; from < at; from += buffer.length) {
    const bytes = files.readRange(path, from, Math.min(buffer.length, at - from), buffer);
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, end + 1)) {
      seq++;
      offset = from + end + 1;
    }
  }
  const what = `is longer than ${LONGEST_LINE_BYTES} bytes, which no record is`;
  return chainError({ segment: name, seq, offset, what });
}

/** Where the last line ends that ends in the `most` bytes from `start` on, or in all where none ends in those; 0 for none. */
function endOfLines(bytes: Uint8Array, start: number, most: number): number {
  const end = bytes.lastIndexOf(LF, start + most - 1) + 1;
  return end > start ? end : bytes.indexOf(LF, start) + 1;
}

/** The first line of a file without its line feed, or undefined where no line has ended. */
export function firstLine(files: Files, path: string): Uint8Array | undefined {
  const { done, value } = readBlocks(files, path, 0, { blockBytes: OPENING_BYTES }).next();
  return done === true ? undefined : value.bytes.subarray(0, value.bytes.indexOf(LF));
}

/**
 * At most `count` last lines before `end`, in order, without their line feeds; fewer where they would be more than
 * `maxBytes`. `end` must be just behind a line feed.
 */
export function lastLines(files: Files, path: string, end: number, count: number, maxBytes: number): Uint8Array[] {
  const lines: Uint8Array[] = [];
  if (end === 0 || count === 0) return lines;
  let budget = maxBytes;
  for (let size = Math.min(BACK_BYTES, count * RECORD_BYTES);; size = nextLength(size)) {
    const start = Math.max(0, end - size);
    const bytes = files.readRange(path, start, end - start);
    lines.length = 0;
    budget = maxBytes;
    let stop = bytes.length - 1; // the line feed of the following line
    while (stop > 0) {
      const before = bytes.lastIndexOf(LF, stop - 1);
      if (before < 0 && start > 0) break;
      budget -= stop - before;
      if (budget < 0) return lines.reverse();
      lines.push(bytes.subarray(before + 1, stop));
      if (lines.length === count) return lines.reverse();
      stop = before;
    }
    if (start === 0 || size > maxBytes) return lines.reverse();
  }
}

/** The record in the first line of a file; undefined where no line has ended, or it holds none. */
export function firstRecord(files: Files, path: string): StoredRecord | undefined {
  const line = firstLine(files, path);
  return line === undefined ? undefined : parseRecord(utf8.decode(line));
}

/** The last line before `end`, without its line feed. */
export interface LastRecord {
  readonly line: Uint8Array;
  /** Where it begins. */
  readonly offset: number;
  /** Undefined where the line holds none. */
  readonly record: StoredRecord | undefined;
}

/**
 * Of the line that ends at `end`; it holds no record where that is not just behind a line feed.
 *
 * @throws {ConsoleError} `journal_broken` where the line is longer than any record
 */
export function lastRecord(files: Files, path: string, end: number): LastRecord {
  const [found] = lastLines(files, path, end, 1, LONGEST_LINE_BYTES);
  if (found === undefined && end > LONGEST_LINE_BYTES) throw lineTooLong(files, path, end - 1);
  const line = found ?? new Uint8Array(0);
  const behind = new Uint8Array(line.buffer)[line.byteOffset + line.length]; // read with it
  const record = behind === LF ? parseRecord(utf8.decode(line)) : undefined;
  return { line, offset: end - line.length - 1, record };
}

/** `line` as it stands in a file. */
export function withLineFeed(line: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(line.length + 1);
  bytes.set(line);
  bytes[line.length] = LF;
  return bytes;
}
