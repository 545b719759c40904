/** The Merkle tree: published vectors, RFC 6962's own recursive definition, and proofs that lead to no other root. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  consistencyRanges,
  inclusionRanges,
  type LeafRange,
  RangeRoots,
  rootOfConsistency,
  rootOfInclusion,
} from "../../src/merkle/proof.ts";
import { Frontier, sameHash, type Subtree, subtreesOf, TreeHasher } from "../../src/merkle/tree.ts";
import { sha256BytesOfRecord } from "../../src/platform/hash.ts";
import { rounds } from "../support/harness_wait.ts";

const hasher = new TreeHasher(sha256BytesOfRecord);
const hex = (text: string) => Uint8Array.fromHex(text);
const utf8 = (text: string) => new TextEncoder().encode(text);

/** The reference tree of Certificate Transparency, which checks implementations of RFC 6962. */
const CT_LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
  .map(hex);
const CT_ROOTS = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/** Size of the tree, index, path: of the same reference. */
const CT_INCLUSION: readonly [number, number, string[]][] = [
  [1, 0, []],
  [3, 2, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]],
  [5, 1, [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
  ]],
  [8, 5, [
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  ]],
];

/** Old size, size, path. */
const CT_CONSISTENCY: readonly [number, number, string[]][] = [
  [1, 1, []],
  [2, 5, [
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
  ]],
  [6, 8, [
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  ]],
];

/** The records of the log in Go's golang.org/x/mod/sumdb/client_test.go, and what its TestClientFork prints of them. */
const GO_RECORDS = [
  "rsc.io/quote v1.5.2 h1:w5fcysjrx7yqtD/aO+QwRjYZOKnaM9Uh2b40tElTs3Y=\n" +
  "rsc.io/quote v1.5.2/go.mod h1:LzX7hefJvL54yjefDEDHNONDjII0t9xZLPXsUe+TKr0=\nrsc.io/quote v1.5.2 h2:xyzzy\n",
  "golang.org/x/text v0.0.0-20170915032832-14c0d48ead0c h1:qgOY6WgZOaTkIIMiVjBQcw93ERBE4m30iBm00nkL0i8=\n" +
  "golang.org/x/text v0.0.0-20170915032832-14c0d48ead0c/go.mod h1:NqM8EUOU14njkJ3fqMW+pc6Ldnwhi/IjpwHt7yyuwOQ=\n",
  "rsc.io/sampler v1.3.0 h1:7uVkIFmeBqHfdjD+gZwtXXI+RODJ2Wc4O7MPEh/QiW4=\n" +
  "rsc.io/sampler v1.3.0/go.mod h1:T1hPZKmBbMNahiBKFy5HrXp6adAjACjK9JXDnKaTXpA=\n",
  "rsc.io/Quote v1.5.2 h1:uppercase!=\n",
];
const GO_OLD = [...GO_RECORDS, "rsc.io/pkg1 v1.5.2 h1:hash!=\n"].map(utf8);
const GO_NEW = [...GO_RECORDS, "rsc.io/pkg1 v1.5.3 h1:hash!=\n", "rsc.io/pkg1 v1.5.4 h1:hash!=\n"].map(utf8);
const GO_PROOF = [
  "Nsuejv72de9hYNM5bqFv8rv3gm3zJQwv/DT/WNbLDLA=",
  "mOmqqZ1aI/lzS94oq/JSbj7pD8Rv9S+xDyi12BtVSHo=",
  "/7Aw5jVSMM9sFjQhaMg+iiDYPMk6decH7QLOGrL9Lx0=",
];

function frontierOf(leaves: readonly Uint8Array[]): Frontier {
  const frontier = new Frontier(hasher);
  for (const leaf of leaves) frontier.add({ level: 0, hash: hasher.leaf(leaf) });
  return frontier;
}

const rootOf = (leaves: readonly Uint8Array[]) => frontierOf(leaves).root();

/** MTH as RFC 6962 §2.1 writes it. */
function mth(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return hasher.empty();
  if (leaves.length === 1) return hasher.leaf(leaves[0]!);
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return hasher.node(mth(leaves.slice(0, split)), mth(leaves.slice(split)));
}

function rootsOf(ranges: readonly LeafRange[], subtrees: Iterable<Subtree>): Uint8Array[] | undefined {
  const roots = new RangeRoots(hasher, ranges);
  for (const subtree of subtrees) roots.add(subtree);
  return roots.roots();
}

const leavesAsSubtrees = (leaves: readonly Uint8Array[]) =>
  leaves.map((leaf): Subtree => ({ level: 0, hash: hasher.leaf(leaf) }));

/** Up to 70 leaves, no two the same. */
const someLeaves = fc.integer({ min: 1, max: 70 }).map((count) =>
  Array.from({ length: count }, (_, index) => utf8(`leaf ${index}`))
);

Deno.test("C10 roots are those of the reference tree of Certificate Transparency, at every size", () => {
  for (const [size, root] of CT_ROOTS.entries()) assertEquals(rootOf(CT_LEAVES.slice(0, size)).toHex(), root);
});

Deno.test("C10 proofs are those of the reference tree of Certificate Transparency", () => {
  for (const [size, index, path] of CT_INCLUSION) {
    const leaves = CT_LEAVES.slice(0, size);
    const made = rootsOf(inclusionRanges(index, size), leavesAsSubtrees(leaves))!;
    assertEquals(made.map((hash) => hash.toHex()), path);
    const leaf = hasher.leaf(leaves[index]!);
    assertEquals(rootOfInclusion(hasher, { index, size, leaf, path: made })?.toHex(), CT_ROOTS[size]);
  }
  for (const [old, size, path] of CT_CONSISTENCY) {
    const made = rootsOf(consistencyRanges(old, size), leavesAsSubtrees(CT_LEAVES.slice(0, size)))!;
    assertEquals(made.map((hash) => hash.toHex()), path);
    const oldRoot = hex(CT_ROOTS[old]!);
    assertEquals(rootOfConsistency(hasher, { old, oldRoot, size, path: made })?.toHex(), CT_ROOTS[size]);
  }
});

Deno.test("C10 hashes, roots and the proof against a fork are those that Go's sumdb prints", () => {
  assertEquals(hasher.leaf(utf8("hello world")).toBase64(), "TszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=");
  assertEquals(rootOf(GO_OLD).toBase64(), "nWzN20+pwMt62p7jbv1/NlN95ePTlHijabv5zO/s36w=");
  assertEquals(rootOf(GO_NEW).toBase64(), "wc4SkQt52o5W2nQ8To2ARs+mWuUJjss+sdleoiqxMmM=");
  assertEquals(rootOf(GO_NEW.slice(0, 5)).toBase64(), "T7i+H/8ER4nXOiw4Bj0koZOkGjkxoNvlI34GpvhHhQg=");
  const path = rootsOf(consistencyRanges(5, 6), leavesAsSubtrees(GO_NEW))!;
  assertEquals(path.map((hash) => hash.toBase64()), GO_PROOF);
  const leadsFrom = (oldRoot: Uint8Array) => rootOfConsistency(hasher, { old: 5, oldRoot, size: 6, path });
  assertEquals(leadsFrom(rootOf(GO_NEW.slice(0, 5)))?.toHex(), rootOf(GO_NEW).toHex());
  assertEquals(leadsFrom(rootOf(GO_OLD)), undefined);
});

Deno.test("C10 the tree that grows has the root of the recursive definition, and goes on from its kept subtrees", () => {
  fc.assert(
    fc.property(someLeaves, fc.nat(), (leaves, cut) => {
      const at = cut % (leaves.length + 1);
      const begun = frontierOf(leaves.slice(0, at));
      const kept = subtreesOf(begun.size, begun.subtrees.map(({ hash }) => hash))!;
      const frontier = new Frontier(hasher, kept);
      for (const leaf of leaves.slice(at)) frontier.add({ level: 0, hash: hasher.leaf(leaf) });
      assertEquals(frontier.root().toHex(), mth(leaves).toHex());
      assertEquals(frontier.size, leaves.length);
      assert(frontier.subtrees.length <= 7, "it keeps no more than a subtree for each bit of the size");
      assertEquals(
        subtreesOf(leaves.length + 1, [...frontier.subtrees.map(({ hash }) => hash), hasher.empty()])?.length,
        leaves.length % 2 === 0 ? frontier.subtrees.length + 1 : undefined,
      );
    }),
    { numRuns: rounds(100, 3000) },
  );
});

Deno.test("C10 a proof leads to the root, and with any hash changed, left out, added or moved to no root or another", () => {
  fc.assert(
    fc.property(someLeaves, fc.nat(), fc.nat(), (leaves, which, where) => {
      const size = leaves.length;
      const index = which % size;
      const root = mth(leaves);
      const all = leavesAsSubtrees(leaves);
      const inclusion = rootsOf(inclusionRanges(index, size), all)!;
      const leaf = hasher.leaf(leaves[index]!);
      const included = (path: Uint8Array[], at = index) => {
        const found = rootOfInclusion(hasher, { index: at, size, leaf, path });
        return found !== undefined && sameHash(found, root);
      };
      const old = index + 1;
      const oldRoot = mth(leaves.slice(0, old));
      const consistency = rootsOf(consistencyRanges(old, size), all)!;
      const consistent = (path: Uint8Array[], from = oldRoot) => {
        const found = rootOfConsistency(hasher, { old, oldRoot: from, size, path });
        return found !== undefined && sameHash(found, root);
      };
      assert(included(inclusion) && consistent(consistency));
      for (const [path, holds] of [[inclusion, included], [consistency, consistent]] as const) {
        assert(!holds([...path, hasher.empty()]));
        if (path.length === 0) continue;
        const at = where % path.length;
        assert(!holds(path.with(at, hasher.leaf(path[at]!))));
        assert(!holds(path.toSpliced(at, 1)));
      }
      if (size > 1) assert(!included(inclusion, (index + 1) % size));
      if (old < size) assert(!consistent(consistency, hasher.leaf(oldRoot)));
    }),
    { numRuns: rounds(100, 3000) },
  );
});

Deno.test("C10 proofs of a tree whose first leaves are only known as subtrees are those of the whole tree", () => {
  fc.assert(
    fc.property(someLeaves, fc.nat(), fc.nat(), (leaves, which, cut) => {
      const size = leaves.length;
      const gone = cut % size;
      const known = [...frontierOf(leaves.slice(0, gone)).subtrees, ...leavesAsSubtrees(leaves.slice(gone))];
      const index = gone + which % (size - gone);
      const ranges = inclusionRanges(index, size);
      assertEquals(rootsOf(ranges, known), rootsOf(ranges, leavesAsSubtrees(leaves)));
      const old = index + 1;
      assertEquals(
        rootsOf(consistencyRanges(old, size), known),
        rootsOf(consistencyRanges(old, size), leavesAsSubtrees(leaves)),
      );
    }),
    { numRuns: rounds(100, 3000) },
  );
});

Deno.test("C10 what is in no tree has no proof", () => {
  assertThrows(() => inclusionRanges(8, 8), RangeError, "a tree of 8 has no leaf 8");
  assertThrows(() => consistencyRanges(9, 8), RangeError, "a tree of 8 does not begin with one of 9");
  assertThrows(() => consistencyRanges(0, 8), RangeError);
  assertThrows(() => frontierOf(CT_LEAVES.slice(0, 3)).add({ level: 1, hash: hasher.empty() }), RangeError);
  assertEquals(rootsOf(inclusionRanges(0, 8), frontierOf(CT_LEAVES).subtrees), undefined);
  const leaf = hasher.empty();
  assertEquals(rootOfInclusion(hasher, { index: 1, size: 1, leaf, path: [] }), undefined);
  assertEquals(rootOfConsistency(hasher, { old: 2, oldRoot: leaf, size: 1, path: [] }), undefined);
});
