/** The part of the journal in which what is asked for can be: nothing before or behind it is read. */
import type { Files, Sha256 } from "../platform/system.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { Pace } from "./pace.ts";
import { type JournalExtent, journalExtent, type LinePlace, placeOf, timesAreInOrder } from "./range.ts";
import { type RecordFilter, recordTime } from "./record_filter.ts";
import { prunedMeanwhile } from "./retried.ts";
import type { Block } from "./block.ts";
import type { Segment } from "./segment.ts";

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
    start: placeOf(extent, ({ seq, ts }) => {
      seen.set(seq, Date.parse(ts));
      return seq < from || (earliest !== undefined && ts < earliest);
    }),
    end: placeOf(extent, ({ seq, ts }) => {
      seen.set(seq, Date.parse(ts));
      return seq <= to && (latest === undefined || ts <= latest);
    }),
  });
  const timed = found(shifted(since, -CLOCK_SLACK_MS), shifted(until, CLOCK_SLACK_MS));
  const isTimed = since !== undefined || until !== undefined;
  if (!isTimed || (timesAreInOrder(extent, CLOCK_SLACK_MS) && inOrder(seen))) {
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
  return time === undefined ? undefined : recordTime(Date.parse(time) + ms);
}

/** Bytes of a segment, from the beginning of a line to the end of one. */
export interface RangePart {
  readonly segment: Segment;
  readonly from: number;
  readonly to: number;
}

/** The parts of segments in the range, the last first: nothing of a segment is looked at before its part is asked for. */
export function* rangeParts({ extent, start, end }: QueryRange): Generator<RangePart, void> {
  for (let at = Math.min(end.segment, extent.segments.length - 1); at >= start.segment; at--) {
    const segment = extent.segments[at]!;
    const from = at === start.segment ? start.offset : 0;
    const to = at === end.segment ? end.offset : extent.size(segment);
    if (from < to) yield { segment, from, to };
  }
}

/** The blocks of a file that a daemon may remove at any time: for a reading that cannot begin once more. */
export function* whileThere(files: Files, path: string, blocks: Iterable<Block>): Generator<Block, void> {
  try {
    yield* blocks;
  } catch (error) {
    if (error instanceof ConsoleError || files.stat(path) !== undefined) throw error;
    throw prunedMeanwhile();
  }
}
