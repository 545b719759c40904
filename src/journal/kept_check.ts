/**
 * Checks the records against checkpoints that were kept elsewhere, which a rewrite of the home does not reach. Each names a
 * tree by its origin: that of the journal's own file, or one from before that file was begun anew. So each tree grows here
 * by itself, while a verification reads the records.
 */
import type { Checkpoint } from "../merkle/note.ts";
import { Frontier, sameHash, type TreeHasher } from "../merkle/tree.ts";
import type { Problem } from "./chain.ts";
import { beginsOf, type CheckpointEntry, lastRecordOf } from "./checkpoint_file.ts";
import type { KnownSubtrees } from "./pruned_tree.ts";

/** A checkpoint whose signature was checked. */
export interface KeptCheckpoint extends Checkpoint {
  /** What messages call it. */
  readonly name: string;
}

/** What the kept checkpoints show of a journal that verifies. */
export interface KeptReport {
  /** Those that the records lead to. */
  readonly count: number;
  /** Those of records that were pruned: nothing leads to them any more. Their names. */
  readonly unprovable: readonly string[];
}

/** Of one that the records do not lead to: what a problem says of its last record, or of the last that was pruned. */
export type Disagreement = Pick<Problem, "what" | "hint">;

interface Tree {
  readonly begins: number;
  readonly frontier: Frontier;
  /** Smallest first. */
  readonly kept: readonly KeptCheckpoint[];
  /** The one of them that is met next. */
  next: number;
  /** Not changed are the records up to this one: they were pruned, or stand before the tree, or one of them covers them. */
  agreedTo: number;
  /** Whether it goes on from what is known of pruned records, and none of them has vouched for that yet. */
  isFromPruned: boolean;
}

function placeOf(begins: number, size: number): string {
  return `${begins} ${size}`;
}

/**
 * Records that are there should lead to these, and nothing is known of the ones before that their tree goes on from. It is
 * no note: whoever owns the home can remove records and `journal.checkpoints`, and so let another tree begin.
 */
function treeLost(beyond: readonly KeptCheckpoint[]): Disagreement {
  const [first] = beyond as readonly [KeptCheckpoint, ...KeptCheckpoint[]];
  const others = beyond.length - 1;
  const more = others === 0 ? "" : `, nor to ${others} more of that tree`;
  return {
    what: `does not lead to ${first.name}${more}: nothing is known any more of the tree ${first.origin}`,
    hint:
      "put journal.checkpoints back as it was; where it was lost by accident and no copy is left, leave what is kept as " +
      "it is and keep new checkpoints at another place; else somebody has removed it to begin anew",
  };
}

export class KeptCheck {
  #hasher: TreeHasher;
  /** Those of each tree, smallest first. */
  #kept: ReadonlyMap<number, readonly KeptCheckpoint[]>;
  /** By {@link placeOf}. */
  #bySize: ReadonlyMap<string, readonly KeptCheckpoint[]>;
  #trees: Tree[] = [];
  #unprovable: KeptCheckpoint[] = [];
  #count = 0;
  #upTo: number | undefined;

  constructor(hasher: TreeHasher, kept: readonly KeptCheckpoint[]) {
    this.#hasher = hasher;
    this.#kept = Map.groupBy(kept.toSorted((a, b) => a.size - b.size), beginsOf);
    this.#bySize = Map.groupBy(kept, (one) => placeOf(beginsOf(one), one.size));
  }

  /** Whether one of them needs the records that come. */
  get waits(): boolean {
    return this.#trees.some(({ kept, next }) => next < kept.length);
  }

  /** The record up to which they prove the journal; undefined where none was met. */
  get upTo(): number | undefined {
    return this.#upTo;
  }

  /**
   * Begins behind record `seq`, also once more.
   *
   * @param known what is known of the leaves up to it
   */
  begin(seq: number, known: KnownSubtrees): Disagreement | undefined {
    [this.#trees, this.#unprovable, this.#count, this.#upTo] = [[], [], 0, undefined];
    let found: Disagreement | undefined;
    for (const [begins, kept] of this.#kept) {
      const subtrees = seq < begins ? [] : known(begins);
      if (subtrees === undefined) {
        const beyond = kept.filter((one) => lastRecordOf(one) > seq);
        this.#unprovable = this.#unprovable.concat(kept);
        if (beyond.length > 0) found ??= treeLost(beyond);
        continue;
      }
      const frontier = new Frontier(this.#hasher, subtrees);
      const firstLeft = kept.findIndex(({ size }) => size >= frontier.size);
      const next = firstLeft < 0 ? kept.length : firstLeft;
      this.#unprovable = this.#unprovable.concat(kept.slice(0, next));
      const tree = { begins, frontier, kept, next, agreedTo: Math.max(begins - 1, seq), isFromPruned: seq >= begins };
      this.#trees.push(tree);
      found ??= this.#meetPruned(tree);
    }
    return found;
  }

  /** Those of just what was pruned: they can be contradicted, and prove nothing of what is left. */
  #meetPruned(tree: Tree): Disagreement | undefined {
    const { frontier, kept } = tree;
    for (; kept[tree.next]?.size === frontier.size; tree.next++) {
      const one = kept[tree.next]!;
      if (!sameHash(one.root, frontier.root())) {
        return {
          what: `does not lead to the root of ${one.name}: what is known of the records that were pruned was changed`,
        };
      }
      this.#unprovable.push(one);
    }
    return undefined;
  }

  /** The next record's leaf. */
  leaf(seq: number, hash: Uint8Array): Disagreement | undefined {
    let found: Disagreement | undefined;
    for (const tree of this.#trees) {
      if (seq < tree.begins || tree.next === tree.kept.length) continue;
      tree.frontier.add({ level: 0, hash });
      found ??= this.#meet(tree, seq);
    }
    return found;
  }

  #meet(tree: Tree, seq: number): Disagreement | undefined {
    const { frontier } = tree;
    for (let kept = tree.kept[tree.next]; kept?.size === frontier.size; kept = tree.kept[tree.next]) {
      tree.next++;
      if (!sameHash(kept.root, frontier.root())) {
        const changed = `a record from ${tree.agreedTo + 1} to ${seq}`;
        const orPruned = tree.isFromPruned ? ", or what is known of those that were pruned," : "";
        return { what: `does not lead to the root of ${kept.name}: ${changed}${orPruned} was changed` };
      }
      this.#count++;
      this.#upTo = Math.max(this.#upTo ?? 0, seq);
      [tree.agreedTo, tree.isFromPruned] = [seq, false];
    }
    return undefined;
  }

  /** One that names another root than a checkpoint of the journal's own file of the same size. */
  contradicts({ begins, size, root }: CheckpointEntry): KeptCheckpoint | undefined {
    return this.#bySize.get(placeOf(begins, size))?.find((one) => !sameHash(one.root, root));
  }

  /** The first that counts more records than there are. */
  ahead(): KeptCheckpoint | undefined {
    const ahead = this.#trees.map(({ kept, next }) => kept[next]).filter((one) => one !== undefined);
    return ahead.toSorted((a, b) => lastRecordOf(a) - lastRecordOf(b))[0];
  }

  report(): KeptReport {
    return { count: this.#count, unprovable: this.#unprovable.map(({ name }) => name) };
  }
}
