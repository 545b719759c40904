/**
 * The last records that are asked for, read backwards from the end of their range. What is read is checked: each record
 * must be the one that the next is chained to, and have the hash of its bytes.
 */
import type { Sha256 } from "../platform/system.ts";
import type { StoredRecord } from "../protocol/record.ts";
import { chainError, type Problem } from "./chain.ts";
import { type QueryOptions, queryRange, rangeParts } from "./query_range.ts";
import { type QueryReport, Reading } from "./query_report.ts";
import { readBlocksBackwards } from "./read_backwards.ts";
import { parseRecord, type Tail, tailOf, verifyHash } from "./record.ts";
import { retriedWherePruned } from "./retried.ts";
import { type Block, LF } from "./block.ts";

/**
 * The last `limit` records that pass, in order; fewer where their lines are more than `maxBytes` together.
 *
 * @throws {ConsoleError} `not_found` where no record is there; `journal_broken`; `failed` where records were pruned meanwhile
 */
export function queryRecords(options: QueryOptions, bounds: QueryBounds): Promise<QueryResult> {
  return retriedWherePruned(options, () => readRecords(options, bounds));
}

interface QueryBounds {
  readonly limit: number;
  readonly maxBytes: number;
}

interface QueryResult {
  readonly records: readonly StoredRecord[];
  readonly report: QueryReport;
}

async function readRecords(options: QueryOptions, { limit, maxBytes }: QueryBounds): Promise<QueryResult> {
  const { files, sha256, pace, filter } = options;
  const range = queryRange(options);
  const reading = new Reading(filter);
  const records: StoredRecord[] = [];
  let bytes = 0;
  let next: ReadLine | undefined;
  const end = (stopped?: QueryReport["stopped"]) => ({
    records: records.reverse(),
    report: reading.report(range, stopped),
  });
  for (const { segment, from, to } of rangeParts(range)) {
    for (const block of readBlocksBackwards(files, segment.path, from, to)) {
      for (const { line, text, offset } of linesBackwards(block)) {
        if (records.length === limit) return end("limit");
        const tail = next = checkedLine({ line, text, segment: segment.name, offset }, next, sha256);
        reading.look(tail, text);
        const record = reading.filtered.pass(text, tail, () => {
          const place = { segment: segment.name, offset, seq: tail.seq };
          return parseRecord(text) ?? unreadable(place);
        });
        if (record === undefined) continue;
        bytes += line.length;
        if (bytes > maxBytes && records.length > 0) return end("size");
        reading.match();
        records.push(record);
      }
      await pace.next();
    }
  }
  return end();
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

interface Line {
  readonly line: Uint8Array;
  readonly text: string;
  readonly segment: string;
  readonly offset: number;
}

interface ReadLine extends Tail {
  readonly segment: string;
  readonly offset: number;
}

/**
 * Before any filter: what was altered may be what a filter looks at. A fault is told at the place where a verification,
 * which reads forwards, meets it.
 *
 * @param next the record behind it, which was read before
 */
function checkedLine({ line, text, ...at }: Line, next: ReadLine | undefined, sha256: Sha256): ReadLine {
  const tail = tailOf(text);
  const seq = next === undefined ? tail?.seq ?? 1 : next.seq - 1;
  if (tail === undefined) throw chainError({ ...at, seq, what: "is not one line of canonical JSON" });
  if (!verifyHash(line, text.length, tail, sha256)) {
    throw chainError({ ...at, seq, what: "is altered: its hash is not that of its bytes" });
  }
  if (next === undefined || tail.seq === seq && tail.hash === next.prev) return { ...tail, ...at };
  const { segment, offset } = next;
  const what = tail.seq === seq
    ? "is not chained: its prev is not the hash of the record before"
    : `is missing: record ${next.seq} stands there`;
  throw chainError({ segment, offset, seq: tail.seq + 1, what });
}

function unreadable(place: Omit<Problem, "what">): never {
  throw chainError({ ...place, what: "is not one line of canonical JSON" });
}

/** The last line of the block first. `line` and `text` without their line feed. */
function* linesBackwards({ offset, bytes }: Block) {
  const all = utf8.decode(bytes);
  const isAscii = all.length === bytes.length; // then places in the text are places in the bytes
  for (let [stop, end] = [bytes.length - 1, all.length - 1]; stop >= 0;) {
    const at = end === 0 ? 0 : all.lastIndexOf("\n", end - 1) + 1;
    const from = isAscii ? at : stop === 0 ? 0 : bytes.lastIndexOf(LF, stop - 1) + 1;
    yield { line: bytes.subarray(from, stop), text: all.slice(at, end), offset: offset + from };
    [stop, end] = [from - 1, at - 1];
  }
}
