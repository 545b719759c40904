/** `audit verify`: what the files of a journal show, and what has been kept elsewhere says of them. */
import { chainError, type Problem, problemOf } from "../../journal/chain.ts";
import { type Verification, verifyJournal } from "../../journal/verify.ts";
import { checkpointCheck } from "../../journal/checkpoint_check.ts";
import { CHECKPOINT_FILE } from "../../journal/checkpoint_file.ts";
import type { KeptCheckpoint } from "../../journal/kept_check.ts";
import type { NoteKey } from "../../merkle/note.ts";
import { readSnapshot } from "../../journal/snapshot.ts";
import { HEAD_FILE, readHeadFile } from "../../journal/head_file.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { ed25519Verify } from "../../platform/ed25519.ts";
import { sha256Hex } from "../../platform/hash.ts";
import { resolveFrom } from "../../platform/home_paths.ts";
import { currentFolder } from "../../platform/process.ts";
import { clip, escapeControls } from "../../domain/sanitize.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import type { CommandContext } from "../context.ts";
import { digest, EARLIER_KEY, givenKey, type Kept, keyForKept, ownKey, readKeptElsewhere } from "./audit_files.ts";
import { checkFolder, endOf, missingBeside } from "./audit_folder.ts";
import { verifyProof } from "./audit_prove.ts";
import { KEY_SHOWN, tellVerified, type Verified } from "./audit_verified.ts";

/** A daemon that is ready has written the record of its start. */
const NOTHING_LEFT: Verification = {
  ok: false,
  problem: {
    segment: "0000000000000001.jsonl",
    seq: 1,
    offset: 0,
    what: "is missing: daemon.ready says that a daemon has begun a journal",
  },
};

export interface VerifyCommand {
  readonly against?: string;
  readonly witness?: string;
  readonly proof?: string;
  readonly offline?: string;
  readonly key?: string;
  readonly json?: boolean;
}

/**
 * Reads the files itself and needs no daemon: a daemon should not verify its own journal. Whatever does not hold, records,
 * a proof or what was kept elsewhere, exits 7, and is one JSON object for a program.
 */
export async function verify(run: CommandContext, options: VerifyCommand): Promise<void> {
  try {
    await verifyGiven(run, options);
  } catch (error) {
    if (!(error instanceof ConsoleError) || error.kind !== "journal_broken") throw error;
    const found = error.details["segment"] === undefined ? undefined : problemOf(error);
    const problem = found === undefined
      ? problemWithout(error)
      : options.offline !== undefined
      ? ofCopy({ ...found, hint: hintForCopy(found.segment) }, options.offline)
      : { ...found, hint: found.hint ?? hintForOwn(found.segment, options.key) };
    if (options.json) run.out.json({ ok: false, problem });
    throw found === undefined ? error : chainError({ ...found, ...problem });
  }
}

/** What a program is told of an error that names no place in the journal. */
function problemWithout({ message, hint }: ConsoleError): Pick<Problem, "what" | "hint"> {
  return { what: message, ...(hint === undefined ? {} : { hint }) };
}

/** The files beside a copy have its name, whatever that is. */
function ofCopy({ segment, what, hint, ...at }: Problem, offline: string): Problem {
  const dir = resolveFrom(offline, currentFolder());
  const name = escapeControls(clip(dir.slice(dir.lastIndexOf("/") + 1), 200));
  const named = (text: string) => text.replaceAll(/\bjournal\.(?=(?:head|checkpoints)\b)/g, () => `${name}.`);
  return { ...at, segment: named(segment), what: named(what), ...(hint === undefined ? {} : { hint: named(hint) }) };
}

/** Of a copy: what a person does about their own home does not cure it. */
function hintForCopy(segment: string): string {
  const anew = "copy it anew while no daemon runs, where the journal itself verifies";
  return segment === CHECKPOINT_FILE
    ? `give the key of its own home with --key, for an earlier key of it without ${CHECKPOINT_FILE}, or ${anew}`
    : `${anew}; else take an older copy`;
}

/** Where the fault itself has none: nothing here knows who is right, and a later look needs the files. */
function hintForOwn(segment: string, key: string | undefined): string {
  if (segment === CHECKPOINT_FILE && key !== undefined) return `for an earlier key of this home, ${EARLIER_KEY}`;
  return "keep the files as they are, in another folder; then put back a copy for which " +
    "agent-console audit verify --offline COPY says ok";
}

async function verifyGiven(run: CommandContext, options: VerifyCommand): Promise<void> {
  const { paths } = run.context;
  const given = options.key === undefined ? undefined : givenKey(options.key);
  if (options.proof !== undefined) {
    if (options.against === undefined && options.offline === undefined && options.witness === undefined) {
      return await verifyProof(run, options.proof, given, options.json);
    }
    throw new ConsoleError(
      "usage",
      "--proof checks a proof by itself: give no --against, --witness or --offline with it",
    );
  }
  const isOwn = options.offline === undefined;
  // Of a copy nobody can say by whom it should be signed but who asks.
  const key = given ?? (isOwn ? await ownKey(paths) : undefined);
  const { against, checkpoint }: Kept = options.against === undefined
    ? {}
    : await readKeptElsewhere(options.against, key);
  const witnessed = options.witness === undefined ? [] : await readWitness(run, options.witness, key);
  const kept = [...(checkpoint === undefined ? [] : [checkpoint]), ...witnessed];
  const dir = isOwn ? paths.journal : resolveFrom(options.offline ?? "", currentFolder());
  checkFolder(dir, isOwn);
  // Before the records: a daemon that writes meanwhile adds to both, and nothing may be known of more than is read.
  const head = readHeadFile(denoFiles, dir);
  const snapshot = readSnapshot(denoFiles, dir, sha256Hex);
  const checkpoints = await checkpointCheck({
    ...{ dir, files: denoFiles, digest, verify: ed25519Verify, key },
    ...(kept.length === 0 ? {} : { kept }),
  });
  const found = await verifyJournal({
    dir,
    files: denoFiles,
    sha256: sha256Hex,
    ...(head === undefined ? {} : { known: [{ name: HEAD_FILE, ...head }] }),
    ...(typeof snapshot === "object" ? { snapshot } : {}),
    ...(against === undefined ? {} : { against }),
    ...(checkpoints === undefined ? {} : { checkpoints }),
  });
  const result = found.ok && found.size === 0 && isOwn && denoFiles.stat(paths.ready) !== undefined
    ? NOTHING_LEFT
    : found;
  if (!result.ok) throw chainError(result.problem);
  if (result.missingUpTo !== undefined) throw endMissing(dir, result.size, result.missingUpTo);
  const missing = isOwn && result.size === 0 ? [] : missingBeside(dir);
  const unproven = treesUnproven(kept, result);
  const isHeadGone = against !== undefined && against.size > 0 && result.completeness !== "proven";
  const failed = unproven.length > 0 || isHeadGone ? nothingProven(unproven, result) : undefined;
  const isKeyGone = isOwn && key === undefined && (result.checkpoints?.count ?? 0) > 0;
  if (options.json) {
    const missingFiles = [...missing.map(({ name }) => name), ...(isKeyGone ? [KEY_SHOWN] : [])];
    run.out.json({
      ...result,
      ...(failed === undefined ? {} : { ok: false, problem: problemWithout(failed) }),
      ...(missingFiles.length === 0 ? {} : { missingFiles }),
    });
    if (failed !== undefined) throw failed;
    return;
  }
  await tellVerified(run, result, {
    ...{ isOwn, missing, isKeyGone, key: key?.name },
    isProven: failed === undefined,
    isGiven: options.against !== undefined || options.witness !== undefined,
    ...(typeof snapshot === "string" ? { snapshot } : {}),
  });
  if (failed !== undefined) throw failed;
}

/**
 * The trees of what was kept of which no checkpoint proves a record that is left. Each counts by itself: of a tree that begins anew
 * nothing says that it goes on from the one before, so what it proves speaks for no other.
 */
function treesUnproven(
  given: readonly KeptCheckpoint[],
  { checkpoints }: Verified,
): readonly string[] {
  const gone = new Set(checkpoints?.kept?.unprovable);
  const trees = [...Map.groupBy(given, ({ origin }) => origin)];
  return trees.filter(([, kept]) => kept.every(({ name }) => gone.has(name))).map(([origin]) => origin);
}

function nothingProven(trees: readonly string[], { checkpoints }: Verified): ConsoleError {
  const which = (checkpoints?.kept?.count ?? 0) === 0 ? "" : ` of ${trees.join(" and ")}`;
  const what = trees.length === 0 ? "the head" : `no checkpoint${which}`;
  return new ConsoleError(
    "failed",
    `${what} that was kept proves ${trees.length === 0 ? "none" : "any"} of the records that are left`,
    {
      hint:
        "unless journal.keep_days has pruned what they are of, somebody has removed it; leave them as they are, and keep " +
        "newer ones, in time, at another place",
    },
  );
}

/** What only the snapshot knows a crash can have lost, and a start then says so; till then records are missing. */
function endMissing(dir: string, size: number, missingUpTo: number): ConsoleError {
  const { segment, offset } = endOf(dir);
  const what = `is missing: snapshot.json counts ${missingUpTo} records, the end was cut off, or a crash lost it`;
  const hint = "put the journal's files back as they were; where a crash lost it, agent-console daemon start goes on " +
    "with what is there and records the loss";
  return chainError({ segment, seq: size + 1, offset, what, hint });
}

/** @throws {ConsoleError} */
async function readWitness(
  { signal }: CommandContext,
  place: string,
  key: NoteKey | undefined,
): Promise<readonly KeptCheckpoint[]> {
  const { keptAt } = await import("./audit_witness.ts");
  return await keptAt(place, keyForKept(key), signal);
}
