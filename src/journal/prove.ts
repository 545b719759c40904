/**
 * Proofs that whoever does not have the journal can check: a record is in the signed tree, or an earlier tree is the
 * beginning of it. Made by reading the segments once, in constant memory, up to the newest checkpoint.
 */
import { consistencyRanges, inclusionRanges, type LeafRange, RangeRoots } from "../merkle/proof.ts";
import { Frontier, sameHash, type Subtree, TreeHasher } from "../merkle/tree.ts";
import type { Files } from "../platform/system.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { LF } from "./block.ts";
import { Beginning } from "./beginning.ts";
import { CHECKPOINT_FILE, type CheckpointEntry, readCheckpoints } from "./checkpoint_file.ts";
import { CHECKPOINTS_HINT, newestCheckpoint } from "./newest_checkpoint.ts";
import { CommandPace } from "./pace.ts";
import { type CheckProofOptions, PROOF_FORMAT } from "./proof_check.ts";
import { knownSubtrees } from "./pruned_tree.ts";
import type { ChainPlace } from "./record.ts";
import { retriedWherePruned } from "./retried.ts";
import { listSegments, readBlocks } from "./segment.ts";

/** Record `seq` is leaf `index` of the tree of the checkpoint. Hashes are base64. */
export interface InclusionProof {
  readonly format: number;
  readonly kind: "inclusion";
  readonly seq: number;
  readonly index: number;
  /** The line of the record, without its line feed: the bytes of the leaf. */
  readonly record: string;
  readonly path: readonly string[];
  readonly checkpoint: string;
}

/** The tree of `from` leaves, with the root `fromRoot`, is the beginning of that of the checkpoint. */
export interface ConsistencyProof {
  readonly format: number;
  readonly kind: "consistency";
  readonly from: number;
  readonly fromRoot: string;
  readonly path: readonly string[];
  readonly checkpoint: string;
}

export interface ProveOptions extends CheckProofOptions {
  readonly dir: string;
  readonly files: Files;
}

/**
 * @throws {ConsoleError} `not_found` where no checkpoint covers the record, or it was pruned; `journal_broken`; `failed`
 *   where records were pruned again and again meanwhile
 */
export function proveInclusion(options: ProveOptions, seq: number): Promise<InclusionProof> {
  return retriedWherePruned(options, async () => {
    const newest = await checkpointFor(options, seq);
    const index = seq - newest.begins;
    if (index < 0) throw pruned(seq);
    let record: string | undefined;
    const { path } = await walk(options, newest, inclusionRanges(index, newest.size), (at, line) => {
      if (at === seq) record = new TextDecoder().decode(line);
    });
    if (path === undefined || record === undefined) throw pruned(seq);
    return { format: PROOF_FORMAT, kind: "inclusion", seq, index, record, path, checkpoint: newest.note };
  });
}

/** @throws {ConsoleError} as {@link proveInclusion} */
export function proveConsistency(options: ProveOptions, from: number): Promise<ConsistencyProof> {
  return retriedWherePruned(options, async () => {
    const newest = await checkpointFor(options, from);
    if (from > newest.size) throw notCovered(from + newest.begins - 1);
    const { path, root } = await walk(options, newest, consistencyRanges(from, newest.size), () => {}, from);
    const fromRoot = root ?? signedRoot(options, from);
    if (path === undefined || fromRoot === undefined) throw pruned(from + newest.begins - 1);
    const found = { from, fromRoot: fromRoot.toBase64(), path, checkpoint: newest.note };
    return { format: PROOF_FORMAT, kind: "consistency", ...found };
  });
}

/** The newest, which must cover record `seq`. */
async function checkpointFor(options: ProveOptions, seq: number): Promise<CheckpointEntry> {
  const { entry } = await newestCheckpoint(options);
  if (entry === undefined || entry.position.seq < seq) throw notCovered(seq);
  return entry;
}

/** The root of the first `size` leaves, where one is signed: it is all that is known of those that were pruned. */
function signedRoot({ dir, files }: ProveOptions, size: number): Uint8Array | undefined {
  for (const { entry } of readCheckpoints(files, dir)) if (entry?.size === size) return entry.root;
  return undefined;
}

/**
 * Reads all records that `newest` covers, and checks that they lead to its root.
 *
 * @returns the roots of the ranges, undefined where records of them were pruned; the root of the first `from` leaves
 */
async function walk(
  options: ProveOptions,
  newest: CheckpointEntry,
  ranges: readonly LeafRange[],
  each: (seq: number, line: Uint8Array) => void,
  from?: number,
): Promise<{ readonly path: string[] | undefined; readonly root: Uint8Array | undefined }> {
  const { dir, files, digest } = options;
  const hasher = new TreeHasher(digest);
  const segments = listSegments(files, dir).filter(({ name }) => name <= newest.position.segment);
  const { place } = new Beginning(files, segments[0]);
  const frontier = new Frontier(hasher);
  const made = new RangeRoots(hasher, ranges);
  let root: Uint8Array | undefined;
  const add = (subtree: Subtree) => {
    frontier.add(subtree);
    made.add(subtree);
    if (frontier.size === from) root = frontier.root();
  };
  for (const subtree of before(options, newest, place)) add(subtree);
  const pace = new CommandPace();
  let seq = Math.max(place.seq, newest.begins - 1);
  for (const segment of segments) {
    for (const { bytes } of readBlocks(files, segment.path, 0)) {
      for (let start = 0, stop = 0; start < bytes.length && frontier.size < newest.size; start = stop + 1) {
        stop = bytes.indexOf(LF, start);
        const line = bytes.subarray(start, stop);
        add({ level: 0, hash: hasher.leaf(line) });
        each(++seq, line);
      }
      await pace.next();
    }
  }
  if (frontier.size !== newest.size || !sameHash(frontier.root(), newest.root)) {
    throw broken(`its records do not lead to the root of the last checkpoint in ${CHECKPOINT_FILE}`);
  }
  return { path: made.roots()?.map((hash) => hash.toBase64()), root };
}

/** What is known of the leaves up to that record, which were pruned. @throws {ConsoleError} `journal_broken` */
function before({ dir, files }: ProveOptions, { begins }: CheckpointEntry, place: ChainPlace): readonly Subtree[] {
  const { seq } = place;
  if (seq < begins) return [];
  const known = knownSubtrees(files, dir, place)(begins);
  if (known !== undefined) return known;
  throw broken(`no checkpoint ends at record ${seq}, before which records were pruned`);
}

function notCovered(seq: number): ConsoleError {
  return new ConsoleError("not_found", `no checkpoint covers record ${seq} yet`, {
    hint: CHECKPOINTS_HINT,
  });
}

function pruned(seq: number): ConsoleError {
  return new ConsoleError("not_found", `record ${seq} is not there any more: what its proof needs was pruned`, {
    hint: "a proof that was made earlier still holds: agent-console audit verify --proof FILE",
  });
}

function broken(what: string): ConsoleError {
  return new ConsoleError("journal_broken", `the journal does not verify: ${what}`, {
    hint: "agent-console audit verify",
  });
}
