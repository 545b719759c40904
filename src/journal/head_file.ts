/**
 * The head file: where the journal ends, beside the journal's folder, because a folder can be deleted whole. So records that
 * are gone are missed.
 */
import { checkPlainFile } from "../platform/path_safety.ts";
import type { Files } from "../platform/system.ts";
import { chainError, type Problem } from "./chain.ts";
import { CHECKPOINT_FILE } from "./checkpoint_file.ts";
import type { Position } from "./snapshot.ts";

const HEAD =
  /^\{"hash":"([0-9a-f]{64})","offset":([1-9]\d{0,15}),"segment":"(\d{16}\.jsonl)","seq":([1-9]\d{0,15})\}\n$/;
/** More than a head file ever has, bytes. */
const HEAD_BYTES = 512;
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

export function headPath(dir: string): string {
  return `${dir}.head`;
}

/** What messages call the head file. */
export const HEAD_FILE = "journal.head";

/**
 * Where the journal ended when the file was written; undefined where there is none.
 *
 * The file is written under another name, synced, and only then renamed, so that no crash and no power failure leaves a
 * part of it: the system has the content on the disk before the name leads there. So an empty file is damage as any other
 * content is, done by somebody, by the disk, or by a disk that says of a write that it is stored when it is not.
 *
 * @throws {ConsoleError} `journal_broken` where there is something else
 */
export function readHeadFile(files: Files, dir: string): Position | undefined {
  const path = headPath(dir);
  const stat = files.stat(path);
  if (stat === undefined) return undefined;
  const unread = checkPlainFile(stat);
  if (unread !== undefined) throw notOurs(unread);
  const text = stat.size > HEAD_BYTES ? "" : utf8.decode(files.readRange(path, 0, HEAD_BYTES));
  const found = HEAD.exec(text);
  if (found === null) throw notOurs("is not what the daemon writes");
  const [, hash, offset, segment, seq] = found;
  return { hash: hash!, offset: Number(offset), segment: segment!, seq: Number(seq) };
}

function notOurs(what: string) {
  return chainError({ segment: HEAD_FILE, seq: 0, offset: 0, what, ...hintOf(HEAD_FILE) });
}

/** What keeps a start, or the next checkpoint, from going on with what is there. */
export function hintOf(name: string): Pick<Problem, "hint"> {
  return name !== HEAD_FILE && name !== CHECKPOINT_FILE ? {} : {
    hint: `put the journal's files back as they were, or move ${HEAD_FILE} and ${CHECKPOINT_FILE} away to go on ` +
      "with what is there, which keys/journal.key then signs",
  };
}

/** `position` must be on the disk: after a crash the file must not know more than the journal. @throws the OS error */
export async function writeHeadFile(
  files: Files,
  dir: string,
  { hash, offset, segment, seq }: Position,
): Promise<void> {
  const file = files.replaceInParts(headPath(dir));
  try {
    const text = `{"hash":"${hash}","offset":${offset},"segment":"${segment}","seq":${seq}}\n`;
    await file.write(new TextEncoder().encode(text));
    await file.commit();
  } finally {
    file.discard();
  }
}
