/**
 * The Merkle tree over the records that were pruned, as the record of the pruning keeps it: its root, and the subtrees that
 * a verification and a proof of later records go on from. The checkpoint at that place says the same and is signed; the
 * record is in the chain, and stays where `journal.checkpoints` is lost.
 */
import { type Checkpoint, fromBase64, type NoteKey } from "../merkle/note.ts";
import { Frontier, HASH_BYTES, sameHash, type Subtree, subtreesOf, type TreeHasher } from "../merkle/tree.ts";
import type { Files } from "../platform/system.ts";
import { beginsOf, lastRecordOf, originOf, readCheckpoints } from "./checkpoint_file.ts";
import type { Pace } from "./pace.ts";
import { type ChainPlace, hasOwnShape, parseRecord, PRUNED_TYPE } from "./record.ts";
import { listSegments, readBlocks } from "./segment.ts";

/** As the record has it: hashes are base64. */
export interface PrunedTree {
  readonly origin: string;
  /** Leaves. */
  readonly size: number;
  readonly root: string;
  /** The roots of its largest whole subtrees, from the left. */
  readonly frontier: readonly string[];
}

/** The tree whose checkpoint ends at `place`; undefined where none does. */
export function treeOfCheckpointAt(files: Files, dir: string, { seq, hash }: ChainPlace): PrunedTree | undefined {
  for (const { entry } of readCheckpoints(files, dir)) {
    if (entry?.position.seq !== seq || entry.position.hash !== hash) continue;
    const { origin, size, root, subtrees } = entry;
    return { origin, size, root: root.toBase64(), frontier: subtrees.map((one) => one.hash.toBase64()) };
  }
  return undefined;
}

/** A tree that a record keeps. */
export interface RecordedTree extends Checkpoint {
  /** The record of its last leaf. */
  readonly last: number;
  readonly subtrees: readonly Subtree[];
}

/** The tree that this record keeps, where it is one of a pruning and has one that is whole and ends where that says. */
export function recordedTree(
  { type, data }: { readonly type: string; readonly data: unknown },
): RecordedTree | undefined {
  if (type !== PRUNED_TYPE || !hasOwnShape({ type, data })) return undefined;
  const { last, tree } = data as { readonly last: number; readonly tree?: Partial<PrunedTree> };
  if (tree === undefined || !Array.isArray(tree.frontier)) return undefined;
  const [root, ...hashes] = [tree.root, ...tree.frontier as readonly unknown[]].map((one) =>
    typeof one === "string" ? fromBase64(one) : undefined
  );
  const isWhole = [root, ...hashes].every((hash) => hash?.length === HASH_BYTES);
  const { size, origin } = tree;
  if (!isWhole || typeof origin !== "string" || !Number.isSafeInteger(size)) return undefined;
  const checkpoint = { origin, size: size!, root: root! };
  const subtrees = lastRecordOf(checkpoint) === last ? subtreesOf(checkpoint.size, hashes as Uint8Array[]) : undefined;
  return subtrees === undefined ? undefined : { ...checkpoint, last, subtrees };
}

/** What is known of the leaves up to a place in the tree that begins with record `begins`; undefined where nothing is. */
export type KnownSubtrees = (begins: number) => readonly Subtree[] | undefined;

/**
 * What a verification and a proof go on from where the records up to `place` were pruned: the checkpoint of the tree that
 * ends there, else what the newest record of a pruning keeps of it. Looks when it is first asked, and once: where no
 * checkpoint is there it reads the whole journal.
 *
 * @param size of `journal.checkpoints`, where it was measured before
 */
export function knownSubtrees(files: Files, dir: string, place: ChainPlace, size?: number): KnownSubtrees {
  let checkpoints: ReadonlyMap<number, readonly Subtree[]> | undefined;
  let recorded: RecordedTree | null | undefined; // null: there is none
  return (begins) => {
    checkpoints ??= checkpointsAt(files, dir, place, size);
    const signed = checkpoints.get(begins);
    if (signed !== undefined) return signed;
    if (recorded === undefined) {
      recorded = null;
      for (const tree of recordedTrees(files, dir, place)) recorded = tree ?? recorded;
    }
    return recorded !== null && beginsOf(recorded) === begins ? recorded.subtrees : undefined;
  };
}

/** The subtrees of the checkpoints that end at `place`, by the first record of their tree. */
function checkpointsAt(files: Files, dir: string, { seq }: ChainPlace, size?: number) {
  const found = new Map<number, readonly Subtree[]>();
  for (const { entry } of readCheckpoints(files, dir, size)) {
    if (entry?.position.seq === seq) found.set(entry.begins, entry.subtrees);
  }
  return found;
}

/**
 * The same for who signs on where `journal.checkpoints` is lost, at `pace`: undefined where the tree is not
 * named after `key`, does not reach to just `place`, or has subtrees that do not lead to its root.
 *
 * @throws what the pace throws
 */
export async function findOwnRecordedTree(
  files: Files,
  dir: string,
  place: ChainPlace,
  { key, hasher, pace }: { readonly key: NoteKey; readonly hasher: TreeHasher; readonly pace: Pace },
): Promise<RecordedTree | undefined> {
  let found: RecordedTree | undefined;
  for (const tree of recordedTrees(files, dir, place)) {
    found = tree ?? found;
    await pace.next();
  }
  if (found === undefined) return undefined;
  const isOfKey = found.origin === originOf(key, beginsOf(found));
  return isOfKey && sameHash(new Frontier(hasher, found.subtrees).root(), found.root) ? found : undefined;
}

/** Reads the whole journal in blocks: for each, the tree up to `place` that a record in it keeps, undefined where none does. */
function* recordedTrees(files: Files, dir: string, place: ChainPlace): Generator<RecordedTree | undefined, void> {
  for (const { path } of listSegments(files, dir)) {
    for (const { bytes } of readBlocks(files, path, 0)) {
      const text = new TextDecoder().decode(bytes);
      let found: RecordedTree | undefined;
      const lines = text.includes(`"type":"${PRUNED_TYPE}"}`) ? text.split("\n") : [];
      for (const line of lines) {
        if (!line.endsWith(`"type":"${PRUNED_TYPE}"}`)) continue;
        const record = parseRecord(line);
        const { hash } = (record?.data ?? {}) as Partial<ChainPlace>;
        const tree = record === undefined ? undefined : recordedTree(record);
        if (tree?.last === place.seq && hash === place.hash) found = tree;
      }
      yield found;
    }
  }
}
