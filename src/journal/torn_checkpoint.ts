/**
 * What stands behind the last whole line of `journal.checkpoints`. A crash leaves the beginning of a line there, which the
 * next checkpoint cuts off; after a power failure the bytes that did not reach the disk may read as zeros. Anything else
 * was done to the file. A line that is whole but for its line feed is the beginning of one too: a write can end there.
 */
import type { Files } from "../platform/system.ts";
import { LF } from "./block.ts";
import { CHECKPOINT_BYTES, type CheckpointEntry, checkpointPath, parseCheckpointLine } from "./checkpoint_file.ts";

/** The members of a line in their order: texts that stand in each, and the bytes of their values. */
const PARTS: readonly (string | RegExp)[] = [
  '{"checkpoint":"',
  /(?:[^"\\\p{Cc}\ufffd]|\\n)*\\?/uy,
  '","frontier":[',
  /[A-Za-z0-9+/=",]*/y,
  '],"hash":"',
  /[0-9a-f]*/y,
  '","offset":',
  /[0-9]*/y,
  ',"segment":"',
  /[0-9]*(?:\.[jsonl]*)?/y,
  '"}',
];

/** Bytes behind the last whole line. */
export interface CheckpointRest {
  readonly offset: number;
  /** How many; 0 where the file ends in a line feed. */
  readonly bytes: number;
  /** Why no crash leaves them, as a predicate; undefined where one does. */
  readonly flaw?: string;
  /** The checkpoint that they are, but for their last byte. */
  readonly entry?: CheckpointEntry;
}

/** The rest of the first `size` bytes of the file, or of all, where a daemon has cut it off meanwhile. */
export function checkpointRest(files: Files, dir: string, size: number): CheckpointRest {
  const from = Math.max(0, size - CHECKPOINT_BYTES - 1);
  const read = files.readRange(checkpointPath(dir), from, size - from);
  const rest = read.subarray(read.lastIndexOf(LF) + 1);
  const place = { offset: from + read.length - rest.length, bytes: rest.length };
  if (rest.length > CHECKPOINT_BYTES) return { ...place, flaw: "is longer than a checkpoint can be" };
  const isLeft = isBeginning(
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(withoutZeros(rest), { stream: true }),
  );
  if (isLeft) return place;
  const entry = parseCheckpointLine(new TextDecoder().decode(rest.subarray(0, -1)));
  if (entry === undefined) return { ...place, flaw: "is neither a checkpoint nor the beginning of one" };
  return { ...place, flaw: "does not end in a line feed", entry };
}

function withoutZeros(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, bytes.findLastIndex((byte) => byte !== 0) + 1);
}

function isBeginning(text: string): boolean {
  let at = 0;
  for (const part of PARTS) {
    const left = text.length - at;
    if (typeof part === "string") {
      if (!text.startsWith(part.slice(0, left), at)) return false;
      at += Math.min(left, part.length);
    } else {
      part.lastIndex = at;
      at += part.exec(text)?.[0].length ?? 0;
    }
    if (at === text.length) return true;
  }
  return false;
}
