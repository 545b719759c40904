/**
 * Where records lie, without reading what lies before them. The names of the segments are in the order of their records,
 * so that a binary search over their first lines finds one; within it another goes on over its bytes, because each line
 * ends in the number and the time of its record. With n segments of b bytes a place costs about log2(n) + log2(b) reads
 * of at most 4 KiB. Whether the clock was set back is a question to every first line: n reads of 512 bytes more.
 */
import type { Files } from "../platform/system.ts";
import { LF } from "./block.ts";
import { chainError } from "./chain.ts";
import { LONGEST_LINE_BYTES, type Tail, tailOf } from "./record.ts";
import { prunedMeanwhile } from "./retried.ts";
import { checkFormat, checkPlain } from "./segment_errors.ts";
import { firstLine, lineTooLong, listSegments, nextLength, OPENING_BYTES, type Segment } from "./segment.ts";

const LOOK_BYTES = 4096;
const utf8 = new TextDecoder();

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

/** The journal as it was at one moment: a daemon may write on, and what it adds is not read. */
export class JournalExtent {
  readonly #files: Files;
  readonly #sizes = new Map<string, number>();
  readonly #firsts = new Map<string, Tail>();
  /** In order. */
  readonly segments: readonly Segment[];
  /** The first record that is there, and the last one. */
  readonly first: Tail;
  readonly last: Tail;

  /** @param segments at least one; the last has a whole line */
  constructor(files: Files, segments: readonly Segment[]) {
    this.#files = files;
    this.segments = segments;
    const end = segments.at(-1)!;
    this.last = this.line(end, lineStart(files, end.path, this.size(end) - 1))!.tail; // before another is begun
    this.first = this.firstOf(segments[0]!);
  }

  /** Where the last whole line of the segment ended when this was asked first: only the last segment grows. */
  size({ path }: Segment): number {
    return known(this.#sizes, path, () => lineStart(this.#files, path, this.#files.stat(path)?.size ?? 0));
  }

  /** @throws {ConsoleError} `journal_broken` where it has no whole line */
  firstOf(segment: Segment): Tail {
    return known(this.#firsts, segment.path, () => {
      const found = findLine(this.#files, segment, 0, Infinity, OPENING_BYTES);
      if (found === undefined) throw noWholeLine(segment);
      return found.tail;
    });
  }

  /** The first line of the segment that begins at `from` or behind it; undefined where none does. */
  line(segment: Segment, from: number): FoundLine | undefined {
    return findLine(this.#files, segment, from, this.size(segment), LOOK_BYTES);
  }
}

function known<T>(all: Map<string, T>, path: string, find: () => T): T {
  const value = all.get(path) ?? find();
  all.set(path, value);
  return value;
}

/** Undefined where no record is there. @throws {ConsoleError} `journal_broken`; `incompatible` for a newer format */
export function journalExtent(files: Files, dir: string): JournalExtent | undefined {
  const segments = listSegments(files, dir);
  // A segment without a whole line is being created, or its creation failed.
  while (segments.length > 0 && !hasLine(files, segments.at(-1)!)) segments.pop();
  const newest = segments.at(-1);
  if (newest === undefined) return undefined;
  checkFormat(newest, firstLine(files, newest.path));
  for (const segment of segments) {
    if (checkPlain(files, segment) > 0) continue;
    throw files.stat(segment.path) === undefined ? prunedMeanwhile() : noWholeLine(segment);
  }
  return new JournalExtent(files, segments);
}

function hasLine(files: Files, segment: Segment): boolean {
  checkPlain(files, segment);
  return firstLine(files, segment.path) !== undefined;
}

function noWholeLine({ name, first }: Segment) {
  return chainError({ segment: name, seq: first, offset: 0, what: "is missing: the file has no whole line" });
}

/** Behind the last line feed before `end`; 0 where there is none. @throws {ConsoleError} `journal_broken` for a line that is too long */
function lineStart(files: Files, path: string, end: number): number {
  for (let size = LOOK_BYTES;; size = nextLength(size)) {
    const from = Math.max(0, end - size);
    const at = files.readRange(path, from, end - from).lastIndexOf(LF);
    if (at >= 0 || from === 0) return from + at + 1;
    if (size > LONGEST_LINE_BYTES) throw lineTooLong(files, path, end);
  }
}

/** The first line that begins at `from` or behind it and ends before `end`, by reads of `most` bytes or, for a longer line, more. */
function findLine(
  files: Files,
  { path, name, first }: Segment,
  from: number,
  end: number,
  most: number,
): FoundLine | undefined {
  const start = Math.max(0, from - 1);
  for (let length = most;; length *= 2) {
    const wanted = Math.min(length, end - start);
    const bytes = files.readRange(path, start, wanted);
    const begin = from === 0 ? 0 : bytes.indexOf(LF) + 1;
    const stop = from > 0 && begin === 0 ? -1 : bytes.indexOf(LF, begin);
    if (stop >= 0) {
      const offset = start + begin;
      const tail = tailOf(utf8.decode(bytes.subarray(begin, stop)));
      if (tail !== undefined) return { offset, end: start + stop + 1, tail };
      const what = "or one behind it is not one line of canonical JSON";
      throw chainError({ segment: name, seq: first, offset, what });
    }
    const behind = begin === 0 && from > 0 ? bytes.length : bytes.length - begin;
    if (behind > LONGEST_LINE_BYTES) throw lineTooLong(files, path, start + begin);
    if (wanted < length || bytes.length < wanted) return undefined;
  }
}

/** Before the first record that `isBefore` does not hold for; it must hold for none behind that. */
export function placeOf(extent: JournalExtent, isBefore: (tail: Tail) => boolean): LinePlace {
  const { segments } = extent;
  let [low, high] = [0, segments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(extent.firstOf(segments[middle]!))) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return { segment: 0, offset: 0 };
  const segment = segments[low - 1]!;
  const offset = offsetOf(extent, segment, isBefore);
  return offset < extent.size(segment) ? { segment: low - 1, offset } : { segment: low, offset: 0 };
}

/** Every line that begins before `low` is before; none that begins at `high` or behind it is. */
function offsetOf(extent: JournalExtent, segment: Segment, isBefore: (tail: Tail) => boolean): number {
  let [low, high] = [0, extent.size(segment)];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const line = extent.line(segment, middle);
    if (line !== undefined && line.offset < high && isBefore(line.tail)) low = line.end;
    else high = middle;
  }
  return low;
}

/** Whether the first records of the segments are in the order of their times, but for `slackMs`: a clock can be set back. */
export function timesAreInOrder(extent: JournalExtent, slackMs: number): boolean {
  let latest = -Infinity;
  return extent.segments.every((segment) => {
    const at = Date.parse(extent.firstOf(segment).ts);
    latest = Math.max(latest, at);
    return at >= latest - slackMs;
  });
}
