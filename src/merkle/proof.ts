/**
 * Proofs of RFC 9162: that a leaf is in a tree (§2.1.3), and that a tree is the beginning of a larger one (§2.1.4). A
 * proof consists of roots of ranges of leaves, which are made while the leaves pass by once, in O(log n) memory.
 */
import { Frontier, sameHash, type Subtree, type TreeHasher } from "./tree.ts";

/** Leaves from `from` up to, and without, `to`. */
export interface LeafRange {
  readonly from: number;
  readonly to: number;
}

/** The ranges whose roots prove that leaf `index` is in a tree of `size`, in the order of the proof. */
export function inclusionRanges(index: number, size: number): LeafRange[] {
  if (!(index >= 0 && index < size)) throw new RangeError(`a tree of ${size} has no leaf ${index}`);
  const path: LeafRange[] = [];
  for (let [from, to] = [0, size]; to - from > 1;) {
    const split = from + splitOf(to - from);
    if (index < split) {
      path.unshift({ from: split, to });
      to = split;
    } else {
      path.unshift({ from, to: split });
      from = split;
    }
  }
  return path;
}

/** The ranges whose roots prove that the first `old` leaves of a tree of `size` are a tree of their own, in order. */
export function consistencyRanges(old: number, size: number): LeafRange[] {
  if (!(old > 0 && old <= size)) throw new RangeError(`a tree of ${size} does not begin with one of ${old}`);
  const path: LeafRange[] = [];
  let [from, to] = [0, size];
  while (old < to) {
    const split = from + splitOf(to - from);
    if (old <= split) {
      path.unshift({ from: split, to });
      to = split;
    } else {
      path.unshift({ from, to: split });
      from = split;
    }
  }
  return from === 0 ? path : [{ from, to }, ...path]; // the verifier has the root of the old tree itself
}

/** The largest power of two below `leaves`, which is at least 2. */
function splitOf(leaves: number): number {
  let split = 1;
  while (split * 2 < leaves) split *= 2;
  return split;
}

/** Makes the roots of ranges that do not overlap, from all leaves in order. */
export class RangeRoots {
  #ranges: readonly LeafRange[];
  #frontiers: readonly Frontier[];
  #at = 0;

  constructor(hasher: TreeHasher, ranges: readonly LeafRange[]) {
    this.#ranges = ranges;
    this.#frontiers = ranges.map(() => new Frontier(hasher));
  }

  /** The next leaf, or the next leaves as one subtree; a range that begins or ends inside of it gets no root. */
  add(subtree: Subtree): void {
    const [from, to] = [this.#at, this.#at + 2 ** subtree.level];
    this.#at = to;
    const found = this.#ranges.findIndex((range) => range.from <= from && to <= range.to);
    if (found >= 0) this.#frontiers[found]!.add(subtree);
  }

  /** In the order of the ranges; undefined where leaves of one have not passed by. */
  roots(): Uint8Array[] | undefined {
    const isWhole = this.#ranges.every(({ from, to }, index) => this.#frontiers[index]!.size === to - from);
    return isWhole ? this.#frontiers.map((frontier) => frontier.root()) : undefined;
  }
}

export interface Inclusion {
  readonly index: number;
  readonly size: number;
  readonly leaf: Uint8Array;
  readonly path: readonly Uint8Array[];
}

/** The root that an inclusion proof leads to (RFC 9162 §2.1.3.2); undefined where it is none for this place. */
export function rootOfInclusion(hasher: TreeHasher, { index, size, leaf, path }: Inclusion): Uint8Array | undefined {
  if (!(index >= 0 && index < size)) return undefined;
  let [fn, sn, root] = [index, size - 1, leaf];
  for (const hash of path) {
    if (sn === 0) return undefined;
    if (fn % 2 === 1 || fn === sn) {
      root = hasher.node(hash, root);
      for (; fn % 2 === 0 && fn !== 0; sn = half(sn)) fn = half(fn);
    } else root = hasher.node(root, hash);
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 ? root : undefined;
}

export interface Consistency {
  readonly old: number;
  readonly oldRoot: Uint8Array;
  readonly size: number;
  readonly path: readonly Uint8Array[];
}

/** The root of the larger tree that a consistency proof leads to (RFC 9162 §2.1.4.2); undefined where it is none for `oldRoot`. */
export function rootOfConsistency(
  hasher: TreeHasher,
  { old, oldRoot, size, path }: Consistency,
): Uint8Array | undefined {
  if (!(old > 0 && old <= size)) return undefined;
  if (old === size) return path.length === 0 ? oldRoot : undefined;
  if (path.length === 0) return undefined;
  const [first, ...rest] = isPowerOfTwo(old) ? [oldRoot, ...path] : path;
  let [fn, sn] = [old - 1, size - 1];
  for (; fn % 2 === 1; sn = half(sn)) fn = half(fn);
  let [fr, sr] = [first!, first!];
  for (const hash of rest) {
    if (sn === 0) return undefined;
    if (fn % 2 === 1 || fn === sn) {
      fr = hasher.node(hash, fr);
      sr = hasher.node(hash, sr);
      for (; fn % 2 === 0 && fn !== 0; sn = half(sn)) fn = half(fn);
    } else sr = hasher.node(sr, hash);
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && sameHash(fr, oldRoot) ? sr : undefined;
}

function half(n: number): number {
  return Math.floor(n / 2);
}

function isPowerOfTwo(n: number): boolean {
  let power = 1;
  while (power < n) power *= 2;
  return power === n;
}
