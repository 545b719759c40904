/**
 * Where records lie, without reading what lies before them. The names of the segments are the index by number, the first
 * record of each is the one by time; within a segment a binary search over its bytes goes on, because each line ends in
 * the number and the time of its record. A look-up costs some 30 reads of 4 KiB, whatever the journal's size.
 */
import type { Files } from "../platform/system.ts";
import { chainError } from "./chain.ts";
import { type Tail, tailOf } from "./record.ts";
import { checkFormat, checkPlain } from "./segment_errors.ts";
import { firstLine, listSegments, type Segment } from "./segment.ts";

const LF = 10;
const LOOK_BYTES = 4096;
const utf8 = new TextDecoder();

/** A segment, and where its last whole line ended when it was looked at. */
export interface ReadSegment extends Segment {
  readonly size: number;
}

/** The journal as it was at one moment: a daemon may write on, and what it adds is not read. */
export interface JournalExtent {
  /** In order; each has a whole line. */
  readonly segments: readonly ReadSegment[];
  /** The first record that is there, and the last one. */
  readonly first: Tail;
  readonly last: Tail;
}

/** A line, and the end of its record's text. */
interface FoundLine {
  readonly offset: number;
  /** Behind its line feed. */
  readonly end: number;
  readonly tail: Tail;
}

/** Before this line of this segment, or at the end of the last one: then `segment` is the number of segments. */
export interface LinePlace {
  readonly segment: number;
  readonly offset: number;
}

/** Undefined where no record is there. @throws {ConsoleError} `journal_broken`; `incompatible` for a newer format */
export function journalExtent(files: Files, dir: string): JournalExtent | undefined {
  const named = listSegments(files, dir);
  // A segment without a whole line is being created, or its creation failed.
  while (named.length > 0 && firstLine(files, plain(files, named.at(-1)!).path) === undefined) named.pop();
  const newest = named.at(-1);
  if (newest === undefined) return undefined;
  checkFormat(newest, firstLine(files, newest.path));
  const segments = named.map((segment) => ({ ...segment, size: wholeLines(files, plain(files, segment).path) }));
  const first = lineFrom(files, segments[0]!, 0)!.tail;
  const end = segments.at(-1)!;
  const start = lineStart(files, end.path, end.size - 1);
  return { segments, first, last: lineFrom(files, end, start)!.tail };
}

function plain(files: Files, segment: Segment): Segment {
  checkPlain(files, segment);
  return segment;
}

/** Where the last whole line of the file ends. */
function wholeLines(files: Files, path: string): number {
  return lineStart(files, path, files.stat(path)?.size ?? 0);
}

/** Behind the last line feed before `end`; 0 where there is none. */
function lineStart(files: Files, path: string, end: number): number {
  for (let size = LOOK_BYTES;; size *= 2) {
    const from = Math.max(0, end - size);
    const at = files.readRange(path, from, end - from).lastIndexOf(LF);
    if (at >= 0 || from === 0) return from + at + 1;
  }
}

/** The first line that begins at `from` or behind it; undefined where none does. */
function lineFrom(files: Files, segment: ReadSegment, from: number): FoundLine | undefined {
  const { path, size, name, first } = segment;
  const offset = from === 0 ? 0 : lineEnd(files, path, from - 1, size);
  if (offset >= size) return undefined;
  const end = lineEnd(files, path, offset, size);
  const tail = tailOf(utf8.decode(files.readRange(path, offset, end - offset - 1)));
  if (tail !== undefined) return { offset, end, tail };
  throw chainError({ segment: name, seq: first, offset, what: "or one behind it is not one line of canonical JSON" });
}

/** Behind the first line feed at `from` or later; `size` where there is none. */
function lineEnd(files: Files, path: string, from: number, size: number): number {
  for (let at = from; at < size; at += LOOK_BYTES) {
    const found = files.readRange(path, at, Math.min(LOOK_BYTES, size - at)).indexOf(LF);
    if (found >= 0) return at + found + 1;
  }
  return size;
}

/** Before the first record that `isBefore` does not hold for; it must hold for none behind that. */
export function placeOf(files: Files, { segments }: JournalExtent, isBefore: (tail: Tail) => boolean): LinePlace {
  let [low, high] = [0, segments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(lineFrom(files, segments[middle]!, 0)!.tail)) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return { segment: 0, offset: 0 };
  const segment = segments[low - 1]!;
  const offset = offsetOf(files, segment, isBefore);
  return offset < segment.size ? { segment: low - 1, offset } : { segment: low, offset: 0 };
}

/** Every line that begins before `low` is before; none that begins at `high` or behind it is. */
function offsetOf(files: Files, segment: ReadSegment, isBefore: (tail: Tail) => boolean): number {
  let [low, high] = [0, segment.size];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const line = lineFrom(files, segment, middle);
    if (line !== undefined && line.offset < high && isBefore(line.tail)) low = line.end;
    else high = middle;
  }
  return low;
}

/** Whether the first records of the segments are in the order of their times, but for `slackMs`: a clock can be set back. */
export function timesAreInOrder(files: Files, { segments }: JournalExtent, slackMs: number): boolean {
  let latest = -Infinity;
  return segments.every((segment) => {
    const at = Date.parse(lineFrom(files, segment, 0)!.tail.ts);
    latest = Math.max(latest, at);
    return at >= latest - slackMs;
  });
}
