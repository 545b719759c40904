/** Which segments may go, and what is recorded of them before they do. */
import type { Files } from "../platform/system.ts";
import { type PrunedTree, treeOfCheckpointAt } from "./pruned_tree.ts";
import { firstRecord, lastRecord, listSegments, type Segment } from "./segment.ts";
import { type Position, snapshotPlace } from "./snapshot.ts";

/** The data of `journal.pruned`: what is removed after it, and what the new beginning is chained to. */
export interface Pruned {
  /** Seq of the first and of the last record that went. */
  readonly first: number;
  readonly last: number;
  /** Hash of the last record that went: the `prev` of the first that stays. */
  readonly hash: string;
  /** When that one was written, ISO 8601. */
  readonly until: string;
  /** Names of the files. */
  readonly segments: readonly string[];
  /** What they hold together, bytes. */
  readonly bytes: number;
  /** The Merkle tree up to the last record that went; absent where no checkpoint ends there. */
  readonly tree?: PrunedTree;
}

export interface PruneOptions {
  readonly dir: string;
  readonly files: Files;
  /** The one that the next start goes by: the segment of its record and all that follow are needed. */
  readonly snapshot: Position | undefined;
  /** Records before this time may go, ms since the epoch. */
  readonly olderThan: number;
  /** The last record that a checkpoint covers: behind it the Merkle tree still needs each. */
  readonly covered: number;
}

/**
 * The oldest closed segments whose last record is older; undefined where there are none. One that is younger keeps all
 * behind it, whatever their times: a clock can jump, and the journal must not get a hole.
 */
export function prunable({ dir, files, snapshot, olderThan, covered }: PruneOptions): Pruned | undefined {
  const there = snapshotPlace(files, dir);
  if (snapshot === undefined || there?.seq !== snapshot.seq || there.hash !== snapshot.hash) return undefined;
  const all = listSegments(files, dir);
  const gone: Segment[] = [];
  let bytes = 0;
  let end: { readonly seq: number; readonly hash: string; readonly ts: string } | undefined;
  for (const [index, segment] of all.entries()) {
    const next = all[index + 1];
    if (next === undefined || segment.name >= snapshot.segment || next.first > covered + 1) break;
    const size = files.stat(segment.path)?.size ?? 0;
    const { record: last } = lastRecord(files, segment.path, size);
    const isEnd = last?.seq === next.first - 1 && last.hash === firstRecord(files, next.path)?.prev;
    if (last === undefined || !isEnd || !(Date.parse(last.ts) < olderThan)) break;
    gone.push(segment);
    bytes += size;
    end = last;
  }
  if (end === undefined) return undefined;
  const segments = gone.map(({ name }) => name);
  const tree = treeOfCheckpointAt(files, dir, end);
  const what = { first: gone[0]!.first, last: end.seq, hash: end.hash, until: end.ts, segments, bytes };
  return tree === undefined ? what : { ...what, tree };
}
