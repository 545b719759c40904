/** `audit witness`: keeps the newest checkpoint at a place of the person's, and `audit verify --witness`, which reads such a place. */
import { clip, escapeControls } from "../../domain/sanitize.ts";
import { openCheckpoints } from "../../journal/checkpoints.ts";
import type { KeptCheckpoint } from "../../journal/kept_check.ts";
import { CHECKPOINTS_HINT } from "../../journal/newest_checkpoint.ts";
import type { NoteKey } from "../../merkle/note.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { ed25519Verify } from "../../platform/ed25519.ts";
import { sha256Hex } from "../../platform/hash.ts";
import { resolveFrom } from "../../platform/home_paths.ts";
import { currentFolder } from "../../platform/process.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { CommandContext } from "../context.ts";
import { outsideHome } from "../outside_home.ts";
import { appendSignedNote, readNotesFile } from "../witness/file_place.ts";
import { GitNotes } from "../witness/git_place.ts";
import { checkGoesOn, type KeptNote, signedNotes } from "../witness/place.ts";
import { WITNESS_SECRET } from "../../platform/key_files.ts";
import { checkWebhook, sendNote } from "../witness/webhook_place.ts";
import { digest, neededKey } from "./audit_files.ts";

export interface WitnessCommand {
  readonly file?: string;
  readonly git?: string;
  readonly webhook?: string;
  readonly json?: boolean;
}

/** Reads the files itself and needs no daemon, as `audit verify` does. */
export async function witness(run: CommandContext, options: WitnessCommand): Promise<void> {
  const { file, git, webhook } = options;
  if ([file, git, webhook].filter((place) => place !== undefined).length !== 1) {
    throw new ConsoleError("usage", "give one place: --file, --git or --webhook", {
      hint: "agent-console audit witness --file FILE",
    });
  }
  if (webhook !== undefined) checkWebhook(webhook);
  const { paths } = run.context;
  /** Refused where it is in the home: it would change the daemon's files, and whoever rewrites the home reaches it. */
  const pathOf = (given: string, option: string) =>
    outsideHome(resolveFrom(given, currentFolder()), option, paths.root);
  const filePath = file === undefined ? undefined : pathOf(file, "--file");
  const gitPath = git === undefined ? undefined : pathOf(git, "--git");
  const key = await neededKey(run);
  const dir = paths.journal;
  const last = await openCheckpoints({
    ...{ dir, files: denoFiles, key, verify: ed25519Verify, digest, sha256: sha256Hex },
  }).then((checkpoints) => checkpoints.last);
  if (last === undefined) {
    throw new ConsoleError("not_found", "there is no checkpoint yet", {
      hint: CHECKPOINTS_HINT,
    });
  }
  const { note, origin, size } = last;
  const told = { origin, size, seq: last.position.seq };
  /** Keeps it behind those that are there, which it must go on from. */
  const keep = async (notes: readonly KeptNote[], add: () => Promise<void>): Promise<boolean> => {
    const kept = await signedNotes(notes, key, digest);
    await checkGoesOn(dir, kept, origin, { key, digest });
    if (kept.some((one) => one.size === size)) return false;
    await add();
    return true;
  };
  let isNew = true;
  let place = "";
  if (filePath !== undefined) {
    place = escapeControls(clip(filePath, 200));
    const notes = readNotesFile(filePath);
    isNew = await keep(notes, () => appendSignedNote(filePath, note, notes.length === 0));
  } else if (gitPath !== undefined) {
    place = escapeControls(clip(gitPath, 200));
    const repository = new GitNotes(gitPath, run.signal);
    // A worktree, or a `.git` that is a file or a link, writes to another folder than the one that was named.
    outsideHome(await repository.storage(), "--git", paths.root);
    isNew = await keep(await repository.read(), () => repository.add(note));
  } else {
    place = new URL(webhook!).origin;
    const isSigned = await sendNote(note, { url: webhook!, keys: paths.keys, signal: run.signal });
    if (!isSigned) run.out.note(`it was sent unsigned: the home has no keys/${WITNESS_SECRET}`);
  }
  if (options.json) return run.out.json({ ...told, place, isNew, checkpoint: note });
  run.out.line(
    isNew
      ? `kept at ${place}: the checkpoint of ${size} records, up to record ${told.seq}`
      : `${place} has the newest checkpoint already: ${size} records, up to record ${told.seq}`,
  );
}

/**
 * The checkpoints that are kept at `place`: a file, or a git repository.
 *
 * @throws {ConsoleError} `journal_broken` for the first that is not of `key`; `not_found` where none is there
 */
export async function keptAt(place: string, key: NoteKey, signal: AbortSignal): Promise<KeptCheckpoint[]> {
  const path = resolveFrom(place, currentFolder());
  const isFolder = denoFiles.stat(path)?.kind === "directory";
  const notes = isFolder ? await new GitNotes(path, signal).read() : readNotesFile(path);
  const kept = await signedNotes(notes, key, digest);
  if (kept.length > 0) return kept;
  throw new ConsoleError("not_found", `no checkpoint is kept at ${escapeControls(clip(path, 200))}`, {
    hint: "agent-console audit witness --file or --git keeps one there",
  });
}
