/** Checks proofs that `audit prove --json` printed: by the proof itself and the key that it must be signed with, without a journal. */
import { fromBase64, type NoteKey, openedNote, parseCheckpoint, type VerifySignature } from "../merkle/note.ts";
import { rootOfConsistency, rootOfInclusion } from "../merkle/proof.ts";
import { type Digest, HASH_BYTES, sameHash, TreeHasher } from "../merkle/tree.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { beginsOf, originOf } from "./checkpoint_file.ts";
import { tailOf } from "./record.ts";

/** Of the JSON of proofs: another number means another layout. */
export const PROOF_FORMAT = 1;

export interface CheckProofOptions {
  readonly digest: Digest;
  readonly verify: VerifySignature;
  readonly key: NoteKey;
}

/** What a proof that holds shows. */
export interface Proven {
  readonly kind: "inclusion" | "consistency";
  /** Leaves of the signed tree. */
  readonly size: number;
  readonly origin: string;
  /** The record of an inclusion. */
  readonly seq?: number;
  /** Leaves of the earlier tree of a consistency. */
  readonly from?: number;
}

/**
 * Checks a proof by itself, without a journal.
 *
 * @param value parsed JSON
 * @throws {ConsoleError} `usage` where it is no proof, `incompatible` where its format is newer, `journal_broken` where it
 *   does not hold
 */
export async function checkProof(
  value: unknown,
  { key, verify, digest }: CheckProofOptions,
): Promise<Proven> {
  const { format, kind, path, checkpoint: note, ...proof } = (value ?? {}) as Record<string, unknown>;
  if (typeof format === "number" && format > PROOF_FORMAT) {
    const message = `the proof has format ${format}, this version reads up to ${PROOF_FORMAT}`;
    throw new ConsoleError("incompatible", message, { format, hint: "use the version that wrote it, or a newer one" });
  }
  const hashes = Array.isArray(path) ? path.map((one) => fromBase64(String(one))) : [undefined];
  const isWhole = hashes.every((hash) => hash?.length === HASH_BYTES);
  if (typeof note !== "string" || !isWhole || (kind !== "inclusion" && kind !== "consistency")) throw noProof();
  const text = await openedNote(note, key, verify, digest);
  if (text === undefined) {
    const hint = "another key signed it: give that with --key, as agent-console audit key prints it there";
    throw doesNotHold(`its checkpoint is not signed by ${key.name}`, hint);
  }
  const checkpoint = parseCheckpoint(text);
  if (checkpoint === undefined || checkpoint.origin !== originOf(key, beginsOf(checkpoint))) throw noProof();
  const { size, root, origin } = checkpoint;
  const hasher = new TreeHasher(digest);
  const steps = hashes as Uint8Array[];
  const { seq, index, record, from, fromRoot } = proof;
  if (kind === "inclusion") {
    if (!isCount(seq) || !isIndex(index) || typeof record !== "string") throw noProof();
    if (index !== seq - beginsOf(checkpoint) || tailOf(record)?.seq !== seq) {
      throw doesNotHold(`its record is not record ${seq}`);
    }
    const leaf = hasher.leaf(new TextEncoder().encode(record));
    const found = rootOfInclusion(hasher, { index, size, leaf, path: steps });
    if (found === undefined || !sameHash(found, root)) throw doesNotHold("it does not lead to the root");
    return { kind, size, origin, seq };
  }
  const oldRoot = fromBase64(String(fromRoot));
  if (!isCount(from) || oldRoot?.length !== HASH_BYTES) throw noProof();
  const found = rootOfConsistency(hasher, { old: from, oldRoot, size, path: steps });
  if (found === undefined || !sameHash(found, root)) throw doesNotHold("it does not lead to the root");
  return { kind, size, origin, from };
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0;
}

function noProof(): ConsoleError {
  return new ConsoleError("usage", 'the file is not what "audit prove --json" prints', {
    hint: "give a file that agent-console audit prove 17 --json > FILE has written",
  });
}

function doesNotHold(why: string, hint = "the file is not as it was made, or is of another journal"): ConsoleError {
  return new ConsoleError("journal_broken", `the proof does not hold: ${why}`, { hint });
}
