/**
 * What is known of single records beside the segments, so that records which are gone or rewritten are found: by the head
 * file, the snapshot, or a head that was kept elsewhere. A start and a verification go by the same rules.
 */
import type { StoredRecord } from "../protocol/record.ts";
import type { Problem } from "./chain.ts";
import { CHECKPOINT_FILE } from "./checkpoint_file.ts";
import { HEAD_FILE } from "./head_file.ts";

/** Record `seq` was there and had this hash, says `name`. */
export interface KnownRecord {
  readonly name: string;
  readonly seq: number;
  readonly hash: string;
  /** Where it was: a segment that is gone was taken away, while a snapshot's record at a cut end may be lost by a crash. */
  readonly segment?: string;
}

/** Where a journal that was read ends. */
export interface End {
  readonly seq: number;
  readonly segment: string;
  readonly offset: number;
}

/** @returns what is wrong with the record that has its seq, if anything is */
export function contradiction(
  { name, hash, segment: place = "" }: KnownRecord,
  record: Pick<StoredRecord, "seq" | "hash">,
  segment: string,
  offset: number,
): Problem | undefined {
  const { seq } = record;
  const hint = hintOf(name);
  if (hash !== record.hash) return { segment, seq, offset, what: `is not that of ${name}: it was rewritten`, ...hint };
  if (place === "" || place === segment) return undefined;
  return { segment, seq, offset, what: `is in ${place}, says ${name}`, ...hint };
}

/** The fault of an end before the known record. */
export function cutOff({ name, seq: counted }: KnownRecord, { seq, segment, offset }: End): Problem {
  const what = `is missing: ${name} counts ${counted} records, the end was cut off`;
  return { segment, seq: seq + 1, offset, what, ...hintOf(name) };
}

/** What keeps a start, or the next checkpoint, from going on with what is there. */
export function hintOf(name: string): Pick<Problem, "hint"> {
  return name !== HEAD_FILE && name !== CHECKPOINT_FILE ? {} : {
    hint: `put the journal's files back as they were, or move ${HEAD_FILE} and ${CHECKPOINT_FILE} away to go on ` +
      "with what is there, which keys/journal.key then signs",
  };
}
