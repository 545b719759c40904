/**
 * The head file: where the journal ends, beside the journal's folder, because a folder can be deleted whole. So records that
 * are gone are missed.
 */
import type { Files } from "../platform/system.ts";
import type { Position } from "./snapshot.ts";

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
