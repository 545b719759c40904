/**
 * The last records, read backwards from the end: they are always near it, so that no index is needed and a read costs
 * as much as it returns.
 */
import type { Files } from "../platform/system.ts";
import { chainError } from "./chain.ts";
import { parseRecord } from "./record.ts";
import type { StoredRecord } from "../protocol/record.ts";
import { lastLines, lastRecord, listSegments } from "./segment.ts";
import type { Position } from "./snapshot.ts";

/**
 * The last `count` records up to `end`, in order; fewer where they exceed `maxBytes` or do not exist.
 *
 * @throws {ConsoleError} `journal_broken` where a line is not the expected record, or is longer than any
 */
export function recentRecords(
  files: Files,
  dir: string,
  end: Position,
  count: number,
  maxBytes: number,
): StoredRecord[] {
  const utf8 = new TextDecoder();
  const records: StoredRecord[] = []; // newest first
  let budget = maxBytes;
  for (const segment of listSegments(files, dir).reverse()) {
    if (segment.name > end.segment) continue; // what a failed rotation left
    const size = segment.name === end.segment ? end.offset : files.stat(segment.path)?.size ?? 0;
    let start = size;
    const lines = lastLines(files, segment.path, size, count - records.length, budget);
    for (const line of lines.reverse()) {
      const seq = end.seq - records.length;
      const record = parseRecord(utf8.decode(line));
      if (record?.seq !== seq) {
        const what = "is not there any more: the file was changed from outside";
        throw chainError({ segment: segment.name, seq, offset: start - line.length - 1, what });
      }
      budget -= line.length + 1;
      start -= line.length + 1;
      records.push(record);
    }
    // A segment that was not read to its first record means that the bounds are reached.
    if (records.length === count) break;
    if (end.seq - records.length < segment.first) continue;
    lastRecord(files, segment.path, start); // throws where that is damage, and not a record too much for the window
    break;
  }
  return records.reverse();
}
