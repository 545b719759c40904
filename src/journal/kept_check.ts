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
  /** Smallest first, from the next one on. */
  readonly rest: KeptCheckpoint[];
}

export function lastRecordOf(checkpoint: Checkpoint): number {
  return beginsOf(checkpoint) + checkpoint.size - 1;
}

export class KeptCheck {
  #hasher: TreeHasher;
  #kept: readonly KeptCheckpoint[];
  #trees: Tree[] = [];
  #unprovable: KeptCheckpoint[] = [];
  #count = 0;
  #upTo: number | undefined;

  constructor(hasher: TreeHasher, kept: readonly KeptCheckpoint[]) {
    this.#hasher = hasher;
    this.#kept = kept.toSorted((a, b) => a.size - b.size);
  }

  /** Whether one of them needs the records that come. */
  get waits(): boolean {
    return this.#trees.some(({ rest }) => rest.length > 0);
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
    for (const begins of new Set(this.#kept.map(beginsOf))) {
      const rest = this.#kept.filter((one) => beginsOf(one) === begins);
      const subtrees = seq < begins ? [] : known(begins);
      if (subtrees === undefined) {
        this.#unprovable.push(...rest);
        continue;
      }
      const frontier = new Frontier(this.#hasher, subtrees);
      while (rest.length > 0 && rest[0]!.size < frontier.size) this.#unprovable.push(rest.shift()!);
      const tree = { begins, frontier, rest };
      this.#trees.push(tree);
      found ??= this.#meet(tree);
    }
    return found;
  }

  /** The next record's leaf. */
  leaf(seq: number, hash: Uint8Array): Disagreement | undefined {
    let found: Disagreement | undefined;
    for (const tree of this.#trees) {
      if (seq < tree.begins || tree.rest.length === 0) continue;
      tree.frontier.add({ level: 0, hash });
      found ??= this.#meet(tree);
    }
    return found;
  }

  #meet({ frontier, rest }: Tree): Disagreement | undefined {
    while (rest[0]?.size === frontier.size) {
      const kept = rest.shift()!;
      if (!sameHash(kept.root, frontier.root())) return { kept, agreedTo: this.#upTo ?? 0 };
      this.#count++;
      this.#upTo = Math.max(this.#upTo ?? 0, lastRecordOf(kept));
    }
    return undefined;
  }

  /** One that names another root than a checkpoint of the journal's own file of the same size. */
  contradicts({ begins, size, root }: CheckpointEntry): KeptCheckpoint | undefined {
    return this.#kept.find((one) => one.size === size && beginsOf(one) === begins && !sameHash(one.root, root));
  }

  /** The first that counts more records than there are. */
  ahead(): KeptCheckpoint | undefined {
    return this.#trees.flatMap(({ rest }) => rest).toSorted((a, b) => lastRecordOf(a) - lastRecordOf(b))[0];
  }

  report(): KeptReport {
    return { count: this.#count, unprovable: this.#unprovable.map(({ name }) => name) };
  }
}
