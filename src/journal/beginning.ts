/**
 * Where a journal begins from which the oldest segments were pruned. Its first record names the hash of the one before,
 * and a later record says that everything up to that one was removed on purpose (`journal.pruned`); the records that
 * vouch for snapshots repeat it, because a start reads nothing before its snapshot. A segment that is gone without such
 * a record was taken away.
 */
import type { Files, Sha256 } from "../platform/system.ts";
import type { StoredRecord } from "../protocol/record.ts";
import { Chain, chainError } from "./chain.ts";
import { type ChainPlace, NO_HASH, prunedEnd } from "./record.ts";
import { sequenceGap } from "./segment_errors.ts";
import { firstRecord, type Segment } from "./segment.ts";

export class Beginning {
  #first: Segment | undefined;
  #declared: ChainPlace | undefined;
  /** A record that says of a later one, or of itself, that it was removed before. */
  #isImpossible = false;
  /** Behind this the records begin; not known to be true before {@link check}. */
  readonly place: ChainPlace;

  /** @param first the oldest segment with a whole record */
  constructor(files: Files, first: Segment | undefined) {
    this.#first = first;
    this.place = first === undefined || first.first <= 1
      ? { seq: 0, hash: NO_HASH }
      : { seq: first.first - 1, hash: prevOf(files, first) };
  }

  /** The end of what was pruned, as the newest record that was read says. */
  get declared(): ChainPlace | undefined {
    return this.#declared;
  }

  /** For each record that is read, in order. */
  record(record: Pick<StoredRecord, "type" | "data" | "seq">): void {
    const end = prunedEnd(record);
    if (end === undefined) return;
    if (!(end.seq < record.seq)) this.#isImpossible = true; // what is no number neither
    this.#declared = end;
  }

  /** After the last record. @throws {ConsoleError} `journal_broken` where records before the first are not accounted for */
  check(sha256: Sha256): void {
    const { seq, hash } = this.place;
    const declared = this.#declared;
    if (this.#first === undefined || seq === 0) return;
    if (this.#isImpossible) {
      const what = "begins behind a pruning that cannot have been: its record names one that did not exist yet";
      throw chainError({ segment: this.#first.name, seq: seq + 1, offset: 0, what });
    }
    // While segments are being removed, oldest first, the journal begins before the end of what was pruned.
    if (declared !== undefined && seq < declared.seq) return;
    if (declared?.seq === seq && declared.hash === hash) return;
    if (declared?.seq !== seq) throw sequenceGap(this.#first, new Chain(sha256, declared));
    const what = "does not follow the records that were pruned: its prev is another hash";
    throw chainError({ segment: this.#first.name, seq: seq + 1, offset: 0, what });
  }
}

/** The chain checks it as a part of the record's own hash. */
function prevOf(files: Files, segment: Segment): string {
  return firstRecord(files, segment.path)?.prev ?? NO_HASH;
}
