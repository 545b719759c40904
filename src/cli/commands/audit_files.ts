/** Files and keys that the commands of the audit are given: heads, checkpoints and proofs that were kept elsewhere. */
import { clip, escapeControls } from "../../domain/sanitize.ts";
import { CHECKPOINT_FILE, checkpointPath, openedCheckpoint, whyNotOpened } from "../../journal/checkpoint_file.ts";
import { type Head, parseHead } from "../../journal/head.ts";
import type { KeptCheckpoint } from "../../journal/kept_check.ts";
import { readSigningKey, type SigningKey } from "../../journal/signing_key.ts";
import { isNestedBeyond } from "../../lib/json_nesting.ts";
import { type NoteKey, parseCheckpoint, parseVerifierKey, tooManySignatures } from "../../merkle/note.ts";
import { denoFiles, isNotFound, realPath } from "../../platform/deno_files.ts";
import { ed25519Verify } from "../../platform/ed25519.ts";
import { sha256Bytes } from "../../platform/hash.ts";
import type { HomePaths } from "../../platform/home_paths.ts";
import { ownUid } from "../../platform/process.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { CommandContext } from "../context.ts";

/** Far more than a proof of the longest record. */
const MAX_BYTES = 64 * 1_048_576;
/** Of the JSON that is read. A proof has two levels, and readers of other languages have bounds of their own. */
const NESTING = { depth: 64, containers: 10_000 } as const;

/** For a command, which reads whole journals and ends soon. */
export const digest = sha256Bytes;

/** The key of this home; undefined where none was made yet. @throws {ConsoleError} where its file is not safely ours */
export async function ownKey({ keys }: Pick<HomePaths, "keys">): Promise<SigningKey | undefined> {
  return await readSigningKey({ files: denoFiles, keys, uid: ownUid(), digest });
}

/** The key of this home. @throws {ConsoleError} `not_found` where none was made yet, `journal_broken` where it is gone */
export async function neededKey({ context: { paths } }: CommandContext): Promise<SigningKey> {
  const key = await ownKey(paths);
  if (key !== undefined) return key;
  if (denoFiles.stat(checkpointPath(paths.journal)) !== undefined) {
    const message = `NOT SIGNED: the key that signed ${CHECKPOINT_FILE} is gone, and nothing is signed any more`;
    throw new ConsoleError("journal_broken", message, {
      hint: `put keys/journal.key back; if it is lost, move ${CHECKPOINT_FILE} away: then a new key is made`,
    });
  }
  const isBegun = denoFiles.stat(paths.ready) !== undefined;
  throw new ConsoleError("not_found", "there is no signing key yet", {
    hint: isBegun
      ? "a daemon makes it within seconds of its start: try again then; agent-console status says whether one runs"
      : "agent-console daemon start, which makes one within seconds",
  });
}

/** The key of `--key`. @throws {ConsoleError} `usage` where it is none */
export function givenKey(text: string): NoteKey {
  const key = parseVerifierKey(text.trim(), digest);
  if (key !== undefined) return key;
  throw new ConsoleError("usage", "--key is not a key as its line of text, name+id+key", {
    hint: "agent-console audit key",
  });
}

/** The file of a home has checkpoints of its present key alone: those of an earlier one are checked without it. */
export const EARLIER_KEY = `copy the folder journal without ${CHECKPOINT_FILE}, then ` +
  "agent-console audit verify --offline COPY --key OLD --witness PLACE";

/** A head that is made now is made of the records that it would have to judge. */
const EARLIER =
  'give a head that "agent-console audit head --json" printed at an earlier time, or a signed checkpoint, that was kept ' +
  "elsewhere; one made now proves nothing";

/** What was kept elsewhere: one of the two. */
export interface Kept {
  readonly against?: Head;
  readonly checkpoint?: KeptCheckpoint;
}

/**
 * What `--against` names: a head, or a checkpoint by itself or in a proof, which counts only with its signature.
 *
 * @throws {ConsoleError}
 */
export async function readKeptElsewhere(
  file: string,
  key: NoteKey | undefined,
): Promise<Kept> {
  const note = noteIn(textOf(file, EARLIER), file);
  if (typeof note !== "string") return { against: parseHead(note.head) };
  const signer = keyForKept(key);
  const tooMany = tooManySignatures(note);
  if (tooMany !== undefined) {
    throw new ConsoleError("journal_broken", `the kept checkpoint ${tooMany}`, {
      hint: "give it as it was kept, without the lines that others have added",
    });
  }
  const checkpoint = await openedCheckpoint(note, signer, { verify: ed25519Verify, digest });
  if (checkpoint === undefined) {
    const { what, isChanged } = whyNotOpened(note, signer);
    throw new ConsoleError("journal_broken", `the kept checkpoint ${what}`, {
      hint: isChanged
        ? "somebody has changed the file: give it as it was kept"
        : "another key signed it: give that with --key; where it is of this home, its journal was made anew",
    });
  }
  return { checkpoint: { ...checkpoint, name: "the kept checkpoint" } };
}

/** @throws {ConsoleError} `usage` where there is none */
export function keyForKept(key: NoteKey | undefined): NoteKey {
  if (key !== undefined) return key;
  throw new ConsoleError("usage", "a kept checkpoint counts only with the key that signed it", {
    hint: "give it with --key, as agent-console audit key prints it",
  });
}

function noteIn(text: string, file: string): string | { readonly head: unknown } {
  if (parseCheckpoint(text) !== undefined) return text;
  const head = jsonOf(text, file, "audit head", EARLIER);
  const { checkpoint } = (head ?? {}) as { readonly checkpoint?: unknown };
  return typeof checkpoint === "string" ? checkpoint : { head };
}

/** The JSON of a proof. @throws {ConsoleError} */
export function readProof(file: string): unknown {
  const hint = "give a file that agent-console audit prove 17 --json > FILE has written";
  return jsonOf(textOf(file, hint), file, "audit prove", hint);
}

/** Only a regular file ends for sure, and only one of this size is held in memory. */
function textOf(file: string, hint: string): string {
  const shown = escapeControls(clip(file, 200));
  try {
    const path = realPath(file);
    const stat = denoFiles.stat(path);
    if (stat?.kind !== "file") throw new ConsoleError("usage", `${shown} is not a regular file`, { hint });
    if (stat.size > MAX_BYTES) {
      throw new ConsoleError("usage", `${shown} has ${stat.size} bytes, more than 64 MiB`, { hint });
    }
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(denoFiles.readRange(path, 0, stat.size));
  } catch (error) {
    if (error instanceof ConsoleError) throw error;
    if (isNotFound(error)) throw new ConsoleError("not_found", `there is no file ${shown}`, { hint });
    const why = error instanceof TypeError ? "it is not UTF-8" : (error as Error).message;
    throw new ConsoleError("usage", `${shown} cannot be read: ${why}`, { hint });
  }
}

function jsonOf(text: string, file: string, command: string, hint: string): unknown {
  const shown = escapeControls(clip(file, 200));
  if (isNestedBeyond(text, NESTING)) {
    const message = `${shown} is not what "${command} --json" prints: it nests too deep, or has too many lists`;
    throw new ConsoleError("usage", message, { hint });
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new ConsoleError("usage", `${shown} is not what "${command} --json" prints: it is no JSON`, { hint });
  }
}
