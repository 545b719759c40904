/**
 * Whether the journal has a snapshot's record at its place, and a later record that vouches for its state. Nothing is
 * taken from a snapshot before: its own digest says only that it is whole, and whoever forges it makes a new one.
 */
import type { Files, Sha256 } from "../platform/system.ts";
import { Chain } from "./chain.ts";
import { vouchOf } from "./record.ts";
import { checkLine } from "./repair.ts";
import { lastRecord, readBlocks, type Segment } from "./segment.ts";
import type { Snapshot } from "./snapshot.ts";

interface Options {
  readonly files: Files;
  readonly sha256: Sha256;
}

/**
 * Why the snapshot cannot be used; undefined where it can.
 *
 * @throws {ConsoleError} `journal_broken` at a record that does not verify
 */
export function whyUnusable(options: Options, segments: readonly Segment[], snapshot: Snapshot): string | undefined {
  return misplaced(options, segments, snapshot) ??
    (isVouchedFor(options, segments, snapshot) ? undefined : "no record of the journal vouches for snapshot.json");
}

function misplaced({ files, sha256 }: Options, segments: readonly Segment[], snapshot: Snapshot): string | undefined {
  const segment = segments.find(({ name }) => name === snapshot.segment);
  const size = segment === undefined ? 0 : files.stat(segment.path)?.size ?? 0;
  if (segment === undefined || size < snapshot.offset) return "the journal ends before the record of snapshot.json";
  const { line, offset, record } = lastRecord(files, segment.path, snapshot.offset);
  if (record?.hash !== snapshot.hash || record.seq !== snapshot.seq) {
    return "the journal has another record at the place of snapshot.json";
  }
  checkLine(sha256, segment.name, offset, line, record);
  return undefined;
}

/** Reads on from the snapshot's record; the one that vouches comes soon, because it is written with the snapshot. */
function isVouchedFor({ files, sha256 }: Options, segments: readonly Segment[], snapshot: Snapshot): boolean {
  const chain = new Chain(sha256, snapshot);
  let found = false;
  for (const segment of segments.slice(segments.findIndex(({ name }) => name === snapshot.segment))) {
    const from = segment.name === snapshot.segment ? snapshot.offset : 0;
    for (const block of readBlocks(files, segment.path, from)) {
      chain.block(segment.name, block, (record) => {
        const vouch = vouchOf(record);
        if (vouch?.seq === snapshot.seq && vouch.digest === snapshot.digest) found = true;
      });
      if (found) return true;
    }
  }
  return false;
}
