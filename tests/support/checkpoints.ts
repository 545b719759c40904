/** Checkpoints of a journal in memory: made, read and checked. */
import { assert } from "@std/assert";
import { problemOf } from "../../src/journal/chain.ts";
import { type CheckpointEntry, readCheckpoints } from "../../src/journal/checkpoint_file.ts";
import { checkpointCheck } from "../../src/journal/checkpoint_check.ts";
import type { KeptCheckpoint } from "../../src/journal/kept_check.ts";
import { type Checkpoints, openCheckpoints } from "../../src/journal/checkpoints.ts";
import type { Journal } from "../../src/journal/journal.ts";
import { createSigningKey, readSigningKey, type SigningKey } from "../../src/journal/signing_key.ts";
import { type Verification, verifyJournal } from "../../src/journal/verify.ts";
import { HEAD_FILE, readHeadFile } from "../../src/journal/head_file.ts";
import type { Checkpoint, NoteKey } from "../../src/merkle/note.ts";
import { Frontier, TreeHasher } from "../../src/merkle/tree.ts";
import { ed25519Verify } from "../../src/platform/ed25519.ts";
import { sha256BytesOfRecord } from "../../src/platform/hash.ts";
import type { MemoryFiles } from "./memory_files.ts";
import { DIR, sha256 } from "./memory_journal.ts";

export const digest = sha256BytesOfRecord;
export const KEYS = "/home/keys";
export const NO_PACE = { next: () => Promise.resolve() };

/** The key of the home on this disk, made where there is none. */
export async function signingKey(files: MemoryFiles): Promise<SigningKey> {
  const place = { files, keys: KEYS, uid: 1000, digest };
  return await readSigningKey(place) ?? await createSigningKey(place);
}

export async function openSigned(files: MemoryFiles, key?: SigningKey): Promise<Checkpoints> {
  const signer = key ?? await signingKey(files);
  return await openCheckpoints({ dir: DIR, files, key: signer, verify: ed25519Verify, digest, sha256 });
}

/** Signs what is there. */
export async function sign(files: MemoryFiles, journal: Journal): Promise<Checkpoints> {
  const checkpoints = await openSigned(files);
  await journal.checkpoint(checkpoints, NO_PACE);
  return checkpoints;
}

export function entries(files: MemoryFiles): CheckpointEntry[] {
  return [...readCheckpoints(files, DIR)].map(({ entry }) => {
    assert(entry !== undefined);
    return entry;
  });
}

interface VerifySigned {
  readonly key?: NoteKey;
  readonly against?: Checkpoint | readonly KeptCheckpoint[];
}

/** Verifies as `audit verify` does, by the home's own key or by `key`. */
export async function verifySigned(files: MemoryFiles, how: VerifySigned = {}): Promise<Verification> {
  try {
    return await verifyBy(files, how);
  } catch (error) { // of what stands beside the segments
    const problem = problemOf(error);
    if (problem === undefined) throw error;
    return { ok: false, problem };
  }
}

async function verifyBy(files: MemoryFiles, { key, against }: VerifySigned): Promise<Verification> {
  const trusted = key ?? await readSigningKey({ files, keys: KEYS, uid: 1000, digest });
  const all = against === undefined || "root" in against ? [against].filter((one) => one !== undefined) : against;
  const kept = against === undefined ? {} : { kept: all.map((one) => ({ name: "the kept checkpoint", ...one })) };
  const checkpoints = await checkpointCheck({
    ...{ dir: DIR, files, digest, verify: ed25519Verify, key: trusted },
    ...kept,
  });
  const head = readHeadFile(files, DIR);
  return await verifyJournal({
    dir: DIR,
    files,
    sha256,
    ...(head === undefined ? {} : { known: [{ name: HEAD_FILE, ...head }] }),
    ...(checkpoints === undefined ? {} : { checkpoints }),
  });
}

/** What is wrong, in one line; undefined where all is well. */
export async function fault(
  files: MemoryFiles,
  how: VerifySigned = {},
): Promise<string | undefined> {
  const found = await verifySigned(files, how);
  return found.ok ? undefined : `${found.problem.seq} in ${found.problem.segment}: ${found.problem.what}`;
}

/** The root over these lines, by the leaves alone. */
export function rootOfLines(all: readonly string[]): string {
  const hasher = new TreeHasher(digest);
  const frontier = new Frontier(hasher);
  for (const line of all) frontier.add({ level: 0, hash: hasher.leaf(new TextEncoder().encode(line)) });
  return frontier.root().toBase64();
}
