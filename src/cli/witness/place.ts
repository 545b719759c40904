/** A place of the person's that checkpoints are kept at: what it gives back, and how what it holds is judged. */
import { EARLIER_KEY } from "../commands/audit_files.ts";
import { lastRecordOf, openedCheckpoint, whyNotOpened } from "../../journal/checkpoint_file.ts";
import { problemLine } from "../../journal/chain.ts";
import { checkpointCheck } from "../../journal/checkpoint_check.ts";
import type { KeptCheckpoint } from "../../journal/kept_check.ts";
import { verifyJournal } from "../../journal/verify.ts";
import { type NoteKey, tooManySignatures } from "../../merkle/note.ts";
import type { Digest } from "../../merkle/tree.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { ed25519Verify } from "../../platform/ed25519.ts";
import { sha256Hex } from "../../platform/hash.ts";
import { ConsoleError } from "../../protocol/errors.ts";

/** The most that is read of a place, because it is held in memory: more than 70,000 checkpoints, eight years of hours. */
export const MAX_PLACE_BYTES = 16 * 1_048_576;

/** A signed note, and where it stands, for messages. */
export interface KeptNote {
  readonly note: string;
  readonly where: string;
}

/**
 * The notes as checkpoints, in order.
 *
 * @throws {ConsoleError} `journal_broken` for the first that is no checkpoint of `key`
 */
export async function signedNotes(
  notes: readonly KeptNote[],
  key: NoteKey,
  digest: Digest,
): Promise<KeptCheckpoint[]> {
  const kept: KeptCheckpoint[] = [];
  for (const { note, where } of notes) {
    const checkpoint = await openedCheckpoint(note, key, { verify: ed25519Verify, digest });
    if (checkpoint === undefined) {
      const tooMany = tooManySignatures(note);
      const changed = "somebody has written to that place: put it back as it was, and check it again";
      if (tooMany !== undefined) throw new ConsoleError("journal_broken", `${where} ${tooMany}`, { hint: changed });
      const { what, isChanged } = whyNotOpened(note, key);
      const hint = isChanged
        ? changed
        : "where you have made a new key, keep its checkpoints at another place; to check these, " +
          `${EARLIER_KEY}; else somebody has made the journal anew`;
      throw new ConsoleError("journal_broken", `${where} ${what}`, { hint });
    }
    kept.push({ ...checkpoint, name: `the checkpoint of ${checkpoint.size} records in ${where}` });
  }
  return kept;
}

/**
 * Before one more is kept: those that are there must be of its tree, and the records must lead to the last of them. The
 * journal's own file of checkpoints is not asked: whoever owns the home can leave its lines in front of others, or lose it
 * behind a pruning, so that the daemon signs a tree that begins anew. Of such a tree nothing at this place could say that
 * it goes on from the one before: so a place holds notes of one tree.
 *
 * @throws {ConsoleError} `journal_broken`
 */
export async function checkGoesOn(
  dir: string,
  kept: readonly KeptCheckpoint[],
  origin: string,
  { key, digest }: { readonly key: NoteKey; readonly digest: Digest },
): Promise<void> {
  const ordered = kept.toSorted((a, b) => lastRecordOf(a) - lastRecordOf(b));
  const other = ordered.findLast((one) => one.origin !== origin);
  if (other !== undefined) throw otherTree(other, origin);
  const last = ordered.at(-1);
  if (last === undefined) return;
  const files = denoFiles;
  const checkpoints = await checkpointCheck({ dir, files, digest, verify: ed25519Verify, key, kept: [last] });
  const found = await verifyJournal({ dir, files, sha256: sha256Hex, ...(checkpoints && { checkpoints }) });
  if (found.ok && checkpoints?.keptUpTo !== undefined) return;
  const why = found.ok ? "its records were pruned" : problemLine(found.problem);
  throw new ConsoleError("journal_broken", `the journal does not go on from ${last.name}: ${why}; nothing was kept`, {
    hint: found.ok
      ? "keep it at another place, and check both"
      : "agent-console audit verify --witness with the same place says from where on the journal is another",
  });
}

function otherTree({ name, origin: before }: KeptCheckpoint, origin: string): ConsoleError {
  const message =
    `the journal does not go on from ${name}: that is of the tree ${before}, and the newest is of another ` +
    `one, ${origin}; nothing was kept`;
  return new ConsoleError("journal_broken", message, {
    hint: "agent-console audit verify --witness with the same place says what the records still lead to; put " +
      "journal.checkpoints back as it was, or, where a tree had to begin anew, leave this place as it is and keep new " +
      "checkpoints at another",
  });
}
