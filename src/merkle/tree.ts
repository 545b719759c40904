/**
 * The Merkle tree of RFC 6962 §2.1 (RFC 9162 §2.1), built from the left: it is kept as the roots of its largest whole
 * subtrees, so that a tree of n leaves takes O(log n) memory and a leaf is added in O(1) hashes on average.
 */

/** sha256 of `bytes`: 32 bytes of their own. */
export type Digest = (bytes: Uint8Array) => Uint8Array;

/** Bytes of a hash. */
export const HASH_BYTES = 32;

const LEAF = 0;
const NODE = 1;
/** A buffer that is larger than this is not kept for the next leaf. */
const KEPT_BYTES = 64 * 1024;

/** The two hashes of the tree. A prefix keeps a leaf from being taken for a node (a second preimage). */
export class TreeHasher {
  #digest: Digest;
  #leaf = new Uint8Array(4096);
  #node = new Uint8Array(1 + 2 * HASH_BYTES);

  constructor(digest: Digest) {
    this.#digest = digest;
    this.#node[0] = NODE;
  }

  /** The hash of a tree without a leaf. */
  empty(): Uint8Array {
    return this.#digest(new Uint8Array(0));
  }

  /** SHA-256(0x00 || bytes) */
  leaf(bytes: Uint8Array): Uint8Array {
    const length = 1 + bytes.length;
    const buffer = length <= this.#leaf.length ? this.#leaf : new Uint8Array(length);
    if (buffer !== this.#leaf && length <= KEPT_BYTES) this.#leaf = buffer;
    buffer[0] = LEAF;
    buffer.set(bytes, 1);
    return this.#digest(buffer.subarray(0, length));
  }

  /** SHA-256(0x01 || left || right) */
  node(left: Uint8Array, right: Uint8Array): Uint8Array {
    this.#node.set(left, 1);
    this.#node.set(right, 1 + HASH_BYTES);
    return this.#digest(this.#node);
  }
}

/** A subtree with all of its 2^level leaves. */
export interface Subtree {
  readonly level: number;
  readonly hash: Uint8Array;
}

/** Levels of the subtrees that a tree of `size` leaves consists of, from the left: the bits of `size`, highest first. */
function levelsOf(size: number): number[] {
  const levels: number[] = [];
  for (let [rest, level] = [size, 0]; rest > 0; rest = Math.floor(rest / 2), level++) {
    if (rest % 2 === 1) levels.unshift(level);
  }
  return levels;
}

/** The subtrees of a tree of `size` leaves from their hashes; undefined where there are more or fewer. */
export function subtreesOf(size: number, hashes: readonly Uint8Array[]): readonly Subtree[] | undefined {
  const levels = levelsOf(size);
  return levels.length === hashes.length ? levels.map((level, index) => ({ level, hash: hashes[index]! })) : undefined;
}

/** The right edge of a tree that grows. */
export class Frontier {
  #hasher: TreeHasher;
  #subtrees: Subtree[];
  #size: number;

  /** @param subtrees those of a tree that goes on to grow, as {@link subtreesOf} gives them */
  constructor(hasher: TreeHasher, subtrees: readonly Subtree[] = []) {
    this.#hasher = hasher;
    this.#subtrees = [...subtrees];
    this.#size = subtrees.reduce((sum, { level }) => sum + 2 ** level, 0);
  }

  /** Leaves. */
  get size(): number {
    return this.#size;
  }

  /** Largest first. */
  get subtrees(): readonly Subtree[] {
    return this.#subtrees;
  }

  /** Adds a leaf (level 0) or a whole subtree. @throws {RangeError} where it is larger than its place */
  add(next: Subtree): void {
    let { level, hash } = next;
    if (this.#size % 2 ** level !== 0) throw new RangeError(`no subtree of level ${level} begins at ${this.#size}`);
    this.#size += 2 ** level;
    for (let last = this.#subtrees.at(-1); last?.level === level; last = this.#subtrees.at(-1)) {
      this.#subtrees.pop();
      hash = this.#hasher.node(last.hash, hash);
      level++;
    }
    this.#subtrees.push({ level, hash });
  }

  /** The root hash of the tree as it is now. */
  root(): Uint8Array {
    const root = this.#subtrees.map(({ hash }) => hash).reduceRight<Uint8Array | undefined>(
      (right, left) => right === undefined ? left : this.#hasher.node(left, right),
      undefined,
    );
    return root ?? this.#hasher.empty();
  }
}

/** Whether two hashes are the same. They are public: the time of the comparison tells nobody anything. */
export function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
