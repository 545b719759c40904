/** The part of the journal in which what is asked for can be: nothing before or behind it is read. */
import type { Files, Sha256 } from "../platform/system.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { Pace } from "./pace.ts";
import {
  type JournalExtent,
  journalExtent,
  type LinePlace,
  placeOf,
  type ReadSegment,
  timesAreInOrder,
} from "./range.ts";
import type { RecordFilter } from "./record_filter.ts";
import type { Block } from "./segment.ts";

/** So far a clock may have been set back without a look at all records, ms: one that took local time for UTC is 14 hours off. */
const CLOCK_SLACK_MS = 15 * 3_600_000;

export interface QueryOptions {
  readonly dir: string;
  readonly files: Files;
  readonly sha256: Sha256;
  readonly pace: Pace;
  readonly filter: RecordFilter;
}

export interface QueryRange {
  readonly extent: JournalExtent;
  readonly start: LinePlace;
  readonly end: LinePlace;
  /** Times are not in order, so that a range of them is looked for in all records. */
  readonly clockSetBack: boolean;
}

/** @throws {ConsoleError} `not_found` where no record is there; `journal_broken` */
export function queryRange({ files, dir, filter }: QueryOptions): QueryRange {
  const extent = journalExtent(files, dir);
  if (extent === undefined) {
    throw new ConsoleError("not_found", "there is no journal with records", { hint: "agent-console daemon start" });
  }
  const { from = 1, to = Infinity, since, until } = filter;
  const seen = new Map<number, number>();
  const found = (earliest: string | undefined, latest: string | undefined) => ({
    start: placeOf(files, extent, ({ seq, ts }) => {
      seen.set(seq, Date.parse(ts));
      return seq < from || (earliest !== undefined && ts < earliest);
    }),
    end: placeOf(files, extent, ({ seq, ts }) => {
      seen.set(seq, Date.parse(ts));
      return seq <= to && (latest === undefined || ts <= latest);
    }),
  });
  const timed = found(shifted(since, -CLOCK_SLACK_MS), shifted(until, CLOCK_SLACK_MS));
  const isTimed = since !== undefined || until !== undefined;
  if (!isTimed || (timesAreInOrder(files, extent, CLOCK_SLACK_MS) && inOrder(seen))) {
    return { extent, ...timed, clockSetBack: false };
  }
  return { extent, ...found(undefined, undefined), clockSetBack: true };
}

/** Whether none of the records that the search went by is older than one before it, but for the slack. */
function inOrder(seen: ReadonlyMap<number, number>): boolean {
  let latest = -Infinity;
  return [...seen].sort(([a], [b]) => a - b).every(([, at]) => {
    latest = Math.max(latest, at);
    return at >= latest - CLOCK_SLACK_MS;
  });
}

function shifted(time: string | undefined, ms: number): string | undefined {
  return time === undefined ? undefined : new Date(Date.parse(time) + ms).toISOString();
}

/** Bytes of a segment, from the beginning of a line to the end of one. */
export interface RangePart {
  readonly segment: ReadSegment;
  readonly from: number;
  readonly to: number;
}

/** The parts of segments in the range, in order. */
export function rangeParts({ extent: { segments }, start, end }: QueryRange): RangePart[] {
  return segments.flatMap((segment, at) => {
    const from = at < start.segment ? segment.size : at === start.segment ? start.offset : 0;
    const to = at < end.segment ? segment.size : at === end.segment ? end.offset : 0;
    return from < to ? [{ segment, from, to }] : [];
  });
}

/** The blocks of a file that a daemon may remove at any time, once all its records are older than `journal.keep_days`. */
export function* whileThere(files: Files, path: string, blocks: Iterable<Block>): Generator<Block, void> {
  try {
    yield* blocks;
  } catch (error) {
    if (error instanceof ConsoleError || files.stat(path) !== undefined) throw error;
    const message = "a part of the journal was removed while it was read: records were pruned";
    throw new ConsoleError("failed", message, { hint: "try again: it then begins with what is left" });
  }
}
