/**
 * All records that are asked for, in order, with the bytes of their lines. Every record of the range is checked as by a
 * verification, also those that are left out: so none is left out because it was altered.
 */
import type { StoredRecord } from "../protocol/record.ts";
import { LF } from "./block.ts";
import { Chain, chainError } from "./chain.ts";
import { type QueryOptions, queryRange, rangeParts, whileThere } from "./query_range.ts";
import { type QueryReport, Reading } from "./query_report.ts";
import { type ChainPlace, tailOf } from "./record.ts";
import { retriedWherePruned } from "./retried.ts";
import { readBlocks } from "./segment.ts";

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Calls `each` with every record that passes and the bytes of its line with the line feed, in order.
 *
 * @throws {ConsoleError} `not_found` where no record is there; `journal_broken`; `failed` where records were pruned meanwhile
 */
export async function exportRecords(
  options: QueryOptions,
  each: (record: StoredRecord, line: Uint8Array) => void,
  flush: () => Promise<void>,
): Promise<QueryReport> {
  const { files, sha256, pace, filter } = options;
  const { range, parts } = await retriedWherePruned(options, () => {
    const range = queryRange(options);
    return { range, parts: [...rangeParts(range)].reverse() };
  });
  const reading = new Reading(filter);
  let chain: Chain | undefined;
  for (const { segment, from, to } of parts) {
    for (const block of whileThere(files, segment.path, readBlocks(files, segment.path, from))) {
      if (block.offset >= to) break;
      const bytes = block.bytes.slice(0, Math.min(block.bytes.length, to - block.offset)); // the check overwrites it
      chain ??= new Chain(sha256, before(bytes, segment.name, block.offset));
      const checked = { offset: block.offset, bytes: block.bytes.subarray(0, bytes.length) };
      chain.block(segment.name, checked, (record, offset) => {
        reading.look(record, record);
        const at = offset - block.offset;
        const line = bytes.subarray(at, bytes.indexOf(LF, at) + 1);
        if (reading.filtered.pass(utf8.decode(line.subarray(0, -1)), record, () => record) === undefined) return;
        reading.match();
        each(record, line);
      });
      await flush();
      await pace.next();
    }
  }
  return reading.report(range);
}

/** The chain goes on from what the first record of the range names as the one before. */
function before(bytes: Uint8Array, segment: string, offset: number): ChainPlace {
  const tail = tailOf(utf8.decode(bytes.subarray(0, bytes.indexOf(LF))));
  if (tail === undefined) throw chainError({ segment, seq: 1, offset, what: "is not one line of canonical JSON" });
  return { seq: tail.seq - 1, hash: tail.prev };
}
