/**
 * Checks the records against checkpoints that were kept elsewhere, which a rewrite of the home does not reach. Each names a
 * tree by its origin: that of the journal's own file, or one from before that file was begun anew. So each tree grows here
 * by itself, while a verification reads the records.
 */
import type { Checkpoint } from "../merkle/note.ts";
import { Frontier, sameHash, type Subtree, type TreeHasher } from "../merkle/tree.ts";
import { beginsOf, type CheckpointEntry } from "./checkpoint_file.ts";

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

/** One that the records do not lead to. */
export interface Disagreement {
  readonly kept: KeptCheckpoint;
  /** The last record that the one before it covers, and where nothing can have been changed since. */
  readonly agreedTo: number;
}

interface Tree {
  readonly begins: number;
  readonly frontier: Frontier;
  /** Smallest first. */
  readonly kept: readonly KeptCheckpoint[];
  /** The one of them that is met next. */
  next: number;
}

export function lastRecordOf(checkpoint: Checkpoint): number {
  return beginsOf(checkpoint) + checkpoint.size - 1;
}

function placeOf(begins: number, size: number): string {
  return `${begins} ${size}`;
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
   * @param known what is known of the leaves up to it in the tree that begins with a record; undefined where nothing is
   */
  begin(seq: number, known: (begins: number) => readonly Subtree[] | undefined): Disagreement | undefined {
    [this.#trees, this.#unprovable, this.#count, this.#upTo] = [[], [], 0, undefined];
    let found: Disagreement | undefined;
    for (const [begins, kept] of this.#kept) {
      const subtrees = seq < begins ? [] : known(begins);
      if (subtrees === undefined) {
        this.#unprovable = this.#unprovable.concat(kept);
        continue;
      }
      const frontier = new Frontier(this.#hasher, subtrees);
      const gone = kept.findIndex(({ size }) => size >= frontier.size);
      const next = gone < 0 ? kept.length : gone;
      this.#unprovable = this.#unprovable.concat(kept.slice(0, next));
      const tree = { begins, frontier, kept, next };
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
      if (!sameHash(one.root, frontier.root())) return { kept: one, agreedTo: 0 };
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
      found ??= this.#meet(tree);
    }
    return found;
  }

  #meet(tree: Tree): Disagreement | undefined {
    const { frontier } = tree;
    for (let kept = tree.kept[tree.next]; kept?.size === frontier.size; kept = tree.kept[tree.next]) {
      tree.next++;
      if (!sameHash(kept.root, frontier.root())) return { kept, agreedTo: this.#upTo ?? 0 };
      this.#count++;
      this.#upTo = Math.max(this.#upTo ?? 0, lastRecordOf(kept));
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
