/** Checks proofs that `audit prove --json` printed: by the proof itself and the key that it must be signed with, without a journal. */
import * as v from "valibot";
import {
  fromBase64,
  type NoteKey,
  openedNote,
  parseCheckpoint,
  tooManySignatures,
  type VerifySignature,
} from "../merkle/note.ts";
import { rootOfConsistency, rootOfInclusion } from "../merkle/proof.ts";
import { type Digest, HASH_BYTES, sameHash, TreeHasher } from "../merkle/tree.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { beginsOf, originOf, whyNotOpened } from "./checkpoint_file.ts";
import { parseRecord, tailOf } from "./record.ts";

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

const HASH = v.pipe(
  v.string(),
  v.transform(fromBase64),
  v.custom<Uint8Array>((bytes) => bytes instanceof Uint8Array && bytes.length === HASH_BYTES),
);
const COUNT = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
/** A lone surrogate has no bytes in UTF-8: the encoder would make those of another record of it. */
const RECORD = v.pipe(v.string(), v.check((text) => text.isWellFormed()));
const EVERY = { format: v.literal(PROOF_FORMAT), checkpoint: v.string(), path: v.array(HASH) };

/** Members that are not known are ignored; nothing is taken for what it is not. */
const PROOF = v.variant("kind", [
  v.object({
    kind: v.literal("inclusion"),
    ...EVERY,
    seq: COUNT,
    index: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
    record: RECORD,
  }),
  v.object({ kind: v.literal("consistency"), ...EVERY, from: COUNT, fromRoot: HASH }),
]);

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
  const { format } = (value ?? {}) as { readonly format?: unknown };
  if (Number.isInteger(format) && Number(format) > PROOF_FORMAT) {
    const message = `the proof has format ${format}, this version reads up to ${PROOF_FORMAT}`;
    throw new ConsoleError("incompatible", message, { format, hint: "use the version that wrote it, or a newer one" });
  }
  const read = v.safeParse(PROOF, value);
  if (!read.success) throw noProof();
  const proof = read.output;
  const text = await openedNote(proof.checkpoint, key, verify, digest);
  if (text === undefined) {
    const tooMany = tooManySignatures(proof.checkpoint);
    if (tooMany !== undefined) {
      throw doesNotHold(`its checkpoint ${tooMany}`, "ask whoever made the file for one as audit prove prints it");
    }
    const { what, isChanged } = whyNotOpened(proof.checkpoint, key);
    const hint = "another key signed it: give that with --key, as agent-console audit key prints it there";
    throw doesNotHold(`its checkpoint ${what}`, isChanged ? "give the file as audit prove printed it" : hint);
  }
  const checkpoint = parseCheckpoint(text);
  if (checkpoint === undefined || checkpoint.origin !== originOf(key, beginsOf(checkpoint))) throw noProof();
  const { size, root, origin } = checkpoint;
  const hasher = new TreeHasher(digest);
  const { path } = proof;
  let found: Uint8Array | undefined;
  if (proof.kind === "inclusion") {
    const { seq, index, record } = proof;
    const isOfSeq = tailOf(record)?.seq === seq && parseRecord(record)?.seq === seq;
    if (index !== seq - beginsOf(checkpoint) || !isOfSeq) throw doesNotHold(`its record is not record ${seq}`);
    found = rootOfInclusion(hasher, { index, size, leaf: hasher.leaf(new TextEncoder().encode(record)), path });
  } else found = rootOfConsistency(hasher, { old: proof.from, oldRoot: proof.fromRoot, size, path });
  if (found === undefined || !sameHash(found, root)) throw doesNotHold("it does not lead to the root");
  return {
    kind: proof.kind,
    size,
    origin,
    ...(proof.kind === "inclusion" ? { seq: proof.seq } : { from: proof.from }),
  };
}

function noProof(): ConsoleError {
  return new ConsoleError("usage", 'the file is not what "audit prove --json" prints', {
    hint: "give a file that agent-console audit prove 17 --json > FILE has written",
  });
}

function doesNotHold(why: string, hint = "the file is not as it was made, or is of another journal"): ConsoleError {
  return new ConsoleError("journal_broken", `the proof does not hold: ${why}`, { hint });
}
