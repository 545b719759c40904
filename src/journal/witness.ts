/**
 * What beside the segments knows how far the journal went, so that records which are gone are missed: the snapshot, and
 * the head file. That one lies beside the journal's folder, because a folder can be deleted whole. A start and a
 * verification go by the same rules.
 */
import type { Files } from "../platform/system.ts";
import type { StoredRecord } from "../protocol/record.ts";
import type { Problem } from "./chain.ts";
import { CHECKPOINT_FILE } from "./checkpoint_file.ts";
import type { Position } from "./snapshot.ts";

/** Record `seq` was there and had this hash, says `name`. */
export interface Witness {
  readonly name: string;
  readonly seq: number;
  readonly hash: string;
  /** Where it was: a segment that is gone was taken away, while a snapshot's record at a cut end may be lost by a crash. */
  readonly segment?: string;
}

const HEAD = /^\{"hash":"([0-9a-f]{64})","offset":(\d{1,16}),"segment":"(\d{16}\.jsonl)","seq":(\d{1,16})\}\n$/;
/** More than a head file ever has, bytes: what is larger is none. */
const HEAD_BYTES = 512;

const pathOf = (dir: string) => `${dir}.head`;

/** What messages call the head file. */
export const HEAD_FILE = "journal.head";

/** Where the journal ended when the file was written; undefined where there is none, or no whole one. */
export function readHeadFile(files: Files, dir: string): Position | undefined {
  const path = pathOf(dir);
  const stat = files.stat(path);
  if (stat?.kind !== "file" || stat.size > HEAD_BYTES) return undefined;
  const found = HEAD.exec(new TextDecoder().decode(files.readRange(path, 0, HEAD_BYTES)));
  if (found === null) return undefined;
  const [, hash, offset, segment, seq] = found;
  return { hash: hash!, offset: Number(offset), segment: segment!, seq: Number(seq) };
}

/** `position` must be on the disk: after a crash the file must not know more than the journal. @throws the OS error */
export async function writeHeadFile(
  files: Files,
  dir: string,
  { hash, offset, segment, seq }: Position,
): Promise<void> {
  const file = files.replaceInParts(pathOf(dir));
  try {
    const text = `{"hash":"${hash}","offset":${offset},"segment":"${segment}","seq":${seq}}\n`;
    await file.write(new TextEncoder().encode(text));
    await file.commit();
  } finally {
    file.discard();
  }
}

/** Where a journal that was read ends. */
export interface End {
  readonly seq: number;
  readonly segment: string;
  readonly offset: number;
}

/** @returns what is wrong with the record that has the witness's seq, if anything is */
export function contradiction(
  { name, hash, segment: place = "" }: Witness,
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

/** The fault of an end before the witness's record. */
export function cutOff({ name, seq: counted }: Witness, { seq, segment, offset }: End): Problem {
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
