/**
 * What is known of single records beside the segments, so that records which are gone or rewritten are found: by the head
 * file, the snapshot, or a head that was kept elsewhere. A start and a verification go by the same rules.
 */
import type { StoredRecord } from "../protocol/record.ts";
import type { Problem } from "./chain.ts";
import { HEAD_FILE, hintOf } from "./head_file.ts";

/** Record `seq` was there and had this hash, says `name`. */
export interface KnownRecord {
  readonly name: string;
  readonly seq: number;
  readonly hash: string;
  /** Where it was: a segment that is gone was taken away, while a snapshot's record at a cut end may be lost by a crash. */
  readonly segment?: string;
  /** Where it ended there. */
  readonly offset?: number;
}

/** A record that was read, and where it stands. */
export interface ReadRecord extends Pick<StoredRecord, "seq" | "hash"> {
  readonly segment: string;
  readonly offset: number;
  /** Behind its line; undefined where it was not read, only named by the next one. */
  readonly end?: number;
}

/** Where a journal that was read ends. */
export interface End {
  readonly seq: number;
  readonly segment: string;
  readonly offset: number;
}

/** @returns what is wrong with the record that has its seq, if anything is */
export function contradiction(
  known: KnownRecord,
  { seq, hash, segment, offset, end = known.offset }: ReadRecord,
): Problem | undefined {
  const at = { segment, seq, offset };
  if (known.hash !== hash) return notThatOf(known.name, at);
  const { name, segment: place = segment, offset: ends = end } = known;
  if (place !== segment) return { ...at, what: `is in ${place}, says ${name}`, ...hintOf(name) };
  return ends === end
    ? undefined
    : { ...at, what: `ends at byte ${end}, not at ${ends} as ${name} says`, ...hintOf(name) };
}

/** The fault of a record that is another than `name` knows, or of one that is known and was never there. */
export function notThatOf(name: string, at: Pick<Problem, "segment" | "seq" | "offset">): Problem {
  // The head file can be written by whoever writes the records: which of the two was changed only a signature shows.
  const why = name === HEAD_FILE ? "one of the two was changed" : "it was rewritten";
  return { ...at, what: `is not that of ${name}: ${why}`, ...hintOf(name) };
}

/** A record that contradicts what is known of it. */
export interface Doubt {
  readonly known: KnownRecord;
  readonly problem: Problem;
}

/** Its fault: where a signed checkpoint covers the record, the record is right, and the head file is what was changed. */
export function faultOf({ known: { name, seq }, problem }: Doubt, signedUpTo = 0): Problem {
  if (name !== HEAD_FILE || seq > signedUpTo) return problem;
  const what = `was changed: it has another hash or place of record ${seq}, which a signed checkpoint covers`;
  const hint = `put ${HEAD_FILE} back as it was, or move it away while no daemon runs: the next start makes it anew`;
  return { segment: HEAD_FILE, seq: 0, offset: 0, what, hint };
}

/** The fault of an end before the known record. */
export function cutOff({ name, seq: counted }: KnownRecord, { seq, segment, offset }: End): Problem {
  const what = `is missing: ${name} counts ${counted} records, the end was cut off`;
  return { segment, seq: seq + 1, offset, what, ...hintOf(name) };
}
