/** The newest checkpoint of a journal, for those who sign on, prove, export or keep it elsewhere: one reading, one judgement. */
import type { NoteKey, VerifySignature } from "../merkle/note.ts";
import type { Digest } from "../merkle/tree.ts";
import type { Files } from "../platform/system.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { LF } from "./block.ts";
import { checkpointRest } from "./torn_checkpoint.ts";
import {
  CHECKPOINT_BYTES,
  CHECKPOINT_FILE,
  type CheckpointEntry,
  checkpointFlaw,
  checkpointPath,
  parseCheckpointLine,
} from "./checkpoint_file.ts";

/** For whoever waits for the next one. */
export const CHECKPOINTS_HINT =
  "the daemon makes one every few thousand records, ten minutes after a change, and when it stops";

export interface NewestOptions {
  readonly dir: string;
  readonly files: Files;
  readonly digest: Digest;
  readonly verify: VerifySignature;
  /** Without one its signature is not looked at. */
  readonly key: NoteKey | undefined;
}

export interface NewestCheckpoint {
  /** Undefined where there is none. */
  readonly entry: CheckpointEntry | undefined;
  /** Where the last whole line of the file ends: what follows is the rest of a write that a crash interrupted. */
  readonly end: number;
}

/** @throws {ConsoleError} `journal_broken` where the last line of the file is not a checkpoint of `key`, or what follows no torn write */
export async function newestCheckpoint({ dir, files, ...how }: NewestOptions): Promise<NewestCheckpoint> {
  const path = checkpointPath(dir);
  const stat = files.stat(path);
  if (stat === undefined) return { entry: undefined, end: 0 };
  if (stat.kind !== "file") throw brokenCheckpoints("is no file");
  const rest = checkpointRest(files, dir, stat.size);
  if (rest.bytes > CHECKPOINT_BYTES) {
    throw brokenCheckpoints(`has a line that is too long, before byte ${stat.size}`);
  }
  if (rest.flaw !== undefined) throw brokenCheckpoints(`ends in a line, at byte ${rest.offset}, that ${rest.flaw}`);
  const end = rest.offset;
  if (end === 0) return { entry: undefined, end };
  const from = Math.max(0, end - CHECKPOINT_BYTES);
  const bytes = files.readRange(path, from, end - from - 1);
  const start = bytes.lastIndexOf(LF) + 1;
  const entry = parseCheckpointLine(new TextDecoder().decode(bytes.subarray(start)));
  const flaw = await checkpointFlaw(entry, how);
  if (flaw !== undefined) throw brokenCheckpoints(`ends in a line, at byte ${from + start}, that ${flaw}`);
  return { entry, end };
}

export function brokenCheckpoints(what: string): ConsoleError {
  return new ConsoleError("journal_broken", `${CHECKPOINT_FILE} ${what}`, {
    hint: `put the journal's files and its key back as they were, or move ${CHECKPOINT_FILE} away; ` +
      "at its next start the daemon then signs what is there, with the key that is there",
  });
}
