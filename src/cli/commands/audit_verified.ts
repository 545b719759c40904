/** What `audit verify` tells a person of a journal that verifies. */
import { CHECKPOINT_FILE } from "../../journal/checkpoint_file.ts";
import { SIGNING_GAP_CURE, signingGapText } from "../../journal/signing_gap.ts";
import type { Verification } from "../../journal/verify.ts";
import { escapeControls } from "../../domain/sanitize.ts";
import { JOURNAL_KEY } from "../../platform/key_files.ts";
import type { CommandContext } from "../context.ts";
import { type MissingFile, missingLine } from "./audit_folder.ts";

export type Verified = Extract<Verification, { ok: true }>;

/** What messages call the file of the home's key. */
export const KEY_SHOWN = `keys/${JOURNAL_KEY}`;

export interface VerifiedBy {
  /** The journal of this home, and not a copy. */
  readonly isOwn: boolean;
  /** Of the files beside the journal. */
  readonly missing: readonly MissingFile[];
  /** Checkpoints are there, and the home's key is not. */
  readonly isKeyGone: boolean;
  /** The name of the key that the signatures were checked with. */
  readonly key: string | undefined;
  /** False where nothing that was kept elsewhere proves what is left. */
  readonly isProven: boolean;
  /** Something was kept elsewhere. */
  readonly isGiven: boolean;
  /** Why a snapshot that exists is not used. */
  readonly snapshot?: string;
}

export async function tellVerified(
  run: CommandContext,
  result: Verified,
  { isOwn, missing, isKeyGone, key, isProven, isGiven, snapshot }: VerifiedBy,
): Promise<void> {
  const { begins = 1, size, segments } = result;
  const said = isProven ? "ok" : "not proven";
  run.out.line(`${said}: ${size - begins + 1} records in ${segments} segment${segments === 1 ? "" : "s"}`);
  if (begins > 1) {
    run.out.line(`begins at record ${begins}, pruned by keep_days`);
    if (isOwn && await keepsAll(run)) {
      run.out.note("journal.keep_days is 0 now: unless you had set it before, somebody else has removed those records");
    }
  }
  if (missing.length > 0) run.out.line(missingLine(missing, isOwn, result.provenUpTo));
  if (missing.every(({ of }) => of !== "checkpoints")) run.out.line(signedLine(result, key, isKeyGone));
  for (const line of keptLines(result)) run.out.line(line);
  run.out.line(completeLine(result, isGiven));
  if (result.lost !== undefined) {
    const { seq, missingUpTo } = result.lost;
    run.out.note(`record ${seq} says that a start found records lost: there were ${missingUpTo}`);
  }
  const isUnvouched = result.snapshot === "not vouched for";
  const unused = snapshot ?? (isUnvouched ? "no record of the journal vouches for snapshot.json" : undefined);
  if (unused !== undefined) run.out.note(`${unused}: a start does not use it, and reads every record`);
  if (result.unfinished !== undefined) run.out.note(`${result.unfinished} bytes of an unfinished record at the end`);
  const torn = result.checkpoints?.unfinished;
  if (torn !== undefined) run.out.note(`${torn} bytes of an unfinished checkpoint at the end of ${CHECKPOINT_FILE}`);
}

function completeLine({ begins = 1, completeness, provenUpTo }: Verified, isGiven: boolean): string {
  if (completeness !== "proven") {
    return isGiven
      ? "completeness is not proven: the record of what was kept was pruned; give a newer one"
      : "completeness is not proven: give what was kept elsewhere (--against, --witness)";
  }
  return begins > 1
    ? `complete from record ${begins} to record ${provenUpTo}; of those before nothing is proven`
    : `complete up to record ${provenUpTo}`;
}

/** What else is to be said of the checkpoints. */
function keptLines({ checkpoints }: Verified): string[] {
  const { kept, gap } = checkpoints ?? {};
  const gone = kept?.unprovable ?? [];
  return [
    ...(gap === undefined ? [] : [signingGapText(gap), `to cure it: ${SIGNING_GAP_CURE}`]),
    ...(kept === undefined ? [] : [`${kept.count} checkpoint${kept.count === 1 ? "" : "s"} kept elsewhere fit`]),
    ...(gone.length === 0 ? [] : [
      `${gone.length} kept elsewhere are of records that were pruned and prove nothing any more, the last ` +
      escapeControls(gone.at(-1)!),
    ]),
  ];
}

function signedLine(
  { checkpoints }: Verified,
  name: string | undefined,
  isKeyGone: boolean,
): string {
  const { count = 0, covers = 0, reach } = checkpoints ?? {};
  const roots = `${count} checkpoint${count === 1 ? "" : "s"} up to record ${covers}`;
  if (count === 0 && reach !== undefined) {
    return `no signed checkpoint covers these records: those of ${CHECKPOINT_FILE} reach up to record ${reach}`;
  }
  if (count === 0) return "no signed checkpoint covers these records yet";
  if (name !== undefined) return `signed by ${name}: ${roots}`;
  const gone = isKeyGone ? `${KEY_SHOWN} is missing, and ` : "";
  return `the records lead to ${roots}; ${gone}without a key (--key) nobody knows who signed`;
}

/** Whether the present configuration prunes nothing; one that cannot be read says nothing. */
async function keepsAll(run: CommandContext): Promise<boolean> {
  const { loadConfigFromProcess } = await import("../../config/from_process.ts");
  const { BASE_SCHEMA } = await import("../../config/base_sections.ts");
  const loaded = await loadConfigFromProcess(run.context.paths, BASE_SCHEMA).catch(() => undefined);
  return loaded?.config.journal.keep_days === 0;
}
