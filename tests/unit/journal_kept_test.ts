/** What is said of checkpoints that were kept elsewhere: which records can have been changed, and which trees are lost. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Disagreement, KeptCheck, type KeptCheckpoint } from "../../src/journal/kept_check.ts";
import { Frontier, type Subtree, TreeHasher } from "../../src/merkle/tree.ts";
import { digest } from "../support/checkpoints.ts";

const HASHER = new TreeHasher(digest);
const LEAVES = Array.from({ length: 60 }, (_, at) => HASHER.leaf(new TextEncoder().encode(`record ${at + 1}`)));

/** The tree over the records from `begins` to `to`. */
function treeOf(begins: number, to: number): Frontier {
  const frontier = new Frontier(HASHER);
  for (const hash of LEAVES.slice(begins - 1, to)) frontier.add({ level: 0, hash });
  return frontier;
}

/** What was kept of it then. */
function keptOf(begins: number, to: number): KeptCheckpoint {
  const origin = begins === 1 ? "tree" : `tree/from/${begins}`;
  return { origin, size: to - begins + 1, root: treeOf(begins, to).root(), name: `${origin} up to ${to}` };
}

interface Journal {
  /** Up to this record they were pruned, and of these trees is known how they stood there. */
  readonly prunedTo?: number;
  readonly known?: readonly number[];
  /** Records that were changed; of one that was pruned, what is known of it. */
  readonly changed?: readonly number[];
}

/** What such a journal of 50 records is told. */
function told(kept: readonly KeptCheckpoint[], { prunedTo = 0, known = [], changed = [] }: Journal = {}) {
  const check = new KeptCheck(HASHER, kept);
  const leafOf = (seq: number) => changed.includes(seq) ? HASHER.leaf(new Uint8Array(seq)) : LEAVES[seq - 1]!;
  const knownOf = (begins: number): readonly Subtree[] | undefined => {
    if (!known.includes(begins)) return undefined;
    const frontier = new Frontier(HASHER);
    for (let seq = begins; seq <= prunedTo; seq++) frontier.add({ level: 0, hash: leafOf(seq) });
    return frontier.subtrees;
  };
  let found: Disagreement | undefined = check.begin(prunedTo, knownOf);
  for (let seq = prunedTo + 1; seq <= 50; seq++) found ??= check.leaf(seq, leafOf(seq));
  return { what: found?.what, hint: found?.hint, report: check.report() };
}

Deno.test("C4 a kept checkpoint that does not fit names no record that was pruned, and none before its tree", () => {
  const late = [keptOf(1, 40)];
  const says = (range: string) => `does not lead to the root of tree up to 40: a record from ${range} was changed`;
  assertEquals(told(late, { changed: [7] }).what, says("1 to 40"));
  assertEquals(told([keptOf(1, 20), ...late], { changed: [30] }).what, says("21 to 40"));
  const orPruned = "or what is known of those that were pruned,";
  for (const changed of [[7], [30]]) {
    assertEquals(told(late, { prunedTo: 20, known: [1], changed }).what, says(`21 to 40, ${orPruned}`));
  }
  assertEquals(
    told([keptOf(1, 25), ...late], { prunedTo: 20, known: [1], changed: [30] }).what,
    says("26 to 40"),
    "one that is met vouches for what was pruned",
  );
  assertStringIncludes(
    told([keptOf(11, 40)], { changed: [30] }).what ?? "nothing",
    "a record from 11 to 40 was changed",
  );
  assertEquals(
    told([keptOf(1, 20)], { prunedTo: 20, known: [1], changed: [7] }).what,
    "does not lead to the root of tree up to 20: what is known of the records that were pruned was changed",
  );
});

Deno.test("C4 what one tree has proven bounds no change that another tree shows", () => {
  const both = [keptOf(21, 30), keptOf(1, 40)];
  const { what } = told(both, { changed: [7] });
  assertEquals(what, "does not lead to the root of tree up to 40: a record from 1 to 40 was changed");
});

Deno.test("C4 a tree that nothing is known of any more is a fault where its checkpoints reach beyond what was pruned", () => {
  const kept = [keptOf(1, 10), keptOf(1, 30), keptOf(1, 40), keptOf(21, 45)];
  assertEquals(told(kept, { prunedTo: 20, known: [1] }).report, { count: 3, unprovable: ["tree up to 10"] });
  const { what, hint } = told(kept, { prunedTo: 20 });
  assertEquals(
    what,
    "does not lead to tree up to 30, nor to 1 more of that tree: nothing is known any more of the tree tree",
  );
  assert(hint?.includes("keep new checkpoints at another place"));
  const gone = told(kept.slice(0, 1), { prunedTo: 20 });
  assertEquals([gone.what, gone.report], [undefined, { count: 0, unprovable: ["tree up to 10"] }]);
  assertEquals(told([keptOf(1, 20)], { prunedTo: 20 }).what, undefined, "it reaches to there, and not beyond");
});
