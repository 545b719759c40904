/** What pruning leaves of the Merkle tree: later checkpoints and proofs hold, and what nothing covers is named. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { checkpointPath } from "../../src/journal/checkpoint_file.ts";
import type { Journal } from "../../src/journal/journal.ts";
import { checkProof } from "../../src/journal/proof_check.ts";
import { proveConsistency, proveInclusion } from "../../src/journal/prove.ts";
import { tailOf } from "../../src/journal/record.ts";
import { ed25519Verify } from "../../src/platform/ed25519.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import {
  digest,
  entries,
  fault,
  NO_PACE,
  openSigned,
  rootOfLines,
  sign,
  signingKey,
  verifySigned,
} from "../support/checkpoints.ts";
import { Crash, MemoryFiles } from "../support/memory_files.ts";
import {
  allLines,
  DIR,
  disk,
  type FakeTime,
  fill,
  lines,
  open,
  putLines,
  segments,
  sha256,
  SMALL,
} from "../support/memory_journal.ts";

const FILE = checkpointPath(DIR);

/** 60 records and a snapshot, signed, with several segments that may go. */
async function signed(): Promise<{ journal: Journal; files: MemoryFiles; time: FakeTime; all: readonly string[] }> {
  const { journal, files, time } = open(new MemoryFiles(), SMALL);
  fill(journal, 40);
  await sign(files, journal);
  fill(journal, 20);
  await journal.snapshot({});
  await sign(files, journal);
  return { journal, files, time, all: allLines(files) };
}

async function pruned() {
  const one = await signed();
  const gone = await one.journal.prune(one.time.clock.now() + 1, 50);
  assert(gone !== undefined);
  fill(one.journal, 10);
  await sign(one.files, one.journal);
  return { ...one, gone };
}

/** Changes record `seq` and chains all that follow to it anew, as whoever owns the home can. */
function changeAndChain(files: MemoryFiles, seq: number): void {
  let prev: string | undefined;
  for (const path of segments(files)) {
    const all = lines(files, path).map((text) => {
      const tail = tailOf(text)!;
      if (tail.seq < seq) return text;
      const body = text.slice(0, tail.at).replace("naïve", "naive");
      const rest = text.slice(tail.at + ',"hash":""'.length + 64).replace(tail.prev, prev ?? tail.prev);
      prev = sha256(new TextEncoder().encode(body + rest));
      return `${body},"hash":"${prev}"${rest}`;
    });
    putLines(files, path, all);
  }
  files.remove(`${DIR}.head`);
}

async function proofsHold(files: MemoryFiles, seq: number, from: number): Promise<void> {
  const key = await signingKey(files);
  const place = { dir: DIR, files, digest, verify: ed25519Verify, key };
  assertEquals((await checkProof(await proveInclusion(place, seq), place)).seq, seq);
  assertEquals((await checkProof(await proveConsistency(place, from), place)).from, from);
}

Deno.test("C10 the record of a pruning keeps size and root of what went, and lies about them are found", async () => {
  const { journal, files, gone, all } = await pruned();
  const went = all.slice(0, gone.last);
  const origin = (await signingKey(files)).name;
  assertEquals(gone.bytes, went.reduce((sum, line) => sum + new TextEncoder().encode(line).length + 1, 0));
  assertEquals([gone.tree?.origin, gone.tree?.size, gone.tree?.root], [origin, gone.last, rootOfLines(went)]);
  await proofsHold(files, gone.last + 1, gone.last + 3);
  const [early] = entries(files);
  assert(early!.size < gone.last);
  const other = { ...early!, root: digest(new Uint8Array(1)), name: "kept" };
  assertStringIncludes(
    (await fault(files, { against: [other] }))!,
    "is another one than kept: the journal was made anew",
  );
  const { tree } = gone;
  const data = { ...gone, tree: { ...tree!, root: rootOfLines(went.slice(1)) } };
  journal.append({ type: "journal.pruned", actor: "somebody", data });
  assertStringIncludes(
    (await fault(files))!,
    "keeps another root of the records that were pruned than journal.checkpoints",
  );
});

Deno.test("C10 a record that was changed behind what was pruned is looked for behind that only", async () => {
  const { files, gone } = await pruned();
  const next = entries(files).find(({ position }) => position.seq > gone.last)!;
  changeAndChain(files, gone.last + 2);
  assertStringIncludes(
    await fault(files) ?? "nothing",
    `does not lead to the root of its checkpoint in journal.checkpoints: ` +
      `a record from ${gone.last + 1} to ${next.position.seq} was changed`,
  );
});

Deno.test("C10 where journal.checkpoints is lost a kept checkpoint is checked from the record of the pruning on", async () => {
  const { files, gone } = await pruned();
  const kept = entries(files).at(-1)!;
  const [early] = entries(files).filter(({ size }) => size < gone.last).map((one) => ({
    ...one,
    name: "an early one",
  }));
  const newest = entries(files).map(({ size }) => size).at(-1);
  files.remove(FILE);
  const found = await verifySigned(files, { against: [early!, { ...kept, name: "a late one" }] });
  assert(found.ok);
  assertEquals([found.provenUpTo, found.checkpoints?.kept], [newest, { count: 1, unprovable: ["an early one"] }]);
  const oldest = segments(files)[0]!;
  const path = segments(files).at(-1)!;
  assert(oldest !== path);
  const other = { ...kept, name: "another one", root: digest(new Uint8Array(3)) };
  assertStringIncludes((await fault(files, { against: [other] }))!, "does not lead to the root of another one");
});

Deno.test("C4 a checkpoint of no more than what was pruned proves nothing of what is left, and can be contradicted", async () => {
  const { files, gone } = await pruned();
  const there = entries(files).find(({ size }) => size === gone.last);
  assert(there !== undefined, "each file ends in a checkpoint");
  const last = { ...there, name: "the last one" };
  for (const isLost of [false, true]) {
    if (isLost) files.remove(FILE);
    const found = await verifySigned(files, { against: [last] });
    assert(found.ok);
    assertEquals([found.completeness, found.provenUpTo], ["not proven", undefined]);
    assertEquals(found.checkpoints?.kept, { count: 0, unprovable: ["the last one"] });
    const other = { ...last, root: digest(new Uint8Array(3)) };
    assert(await fault(files, { against: [other] }) !== undefined);
  }
});

Deno.test("C7 after a crash at each step of pruning a signed journal, all is signed, proven and pruned on", async () => {
  let steps = 0;
  for (let done = false; !done; steps++) {
    const { journal, files, time, all } = await signed();
    files.crashAt(steps + 1, steps % 2 === 0 ? "half" : "all");
    try {
      done = await journal.prune(time.clock.now() + 1, 50) !== undefined;
    } catch (error) {
      assert(error instanceof Crash || String(error).includes("died at change"), String(error));
    }
    const left = files.restart();
    const step = `step ${steps + 1}`;
    assertEquals(await fault(left), undefined, step);
    const next = open(left, { ...SMALL, time });
    fill(next.journal, 10);
    await sign(left, next.journal);
    assertEquals(await fault(left), undefined, step);
    const [first] = allLines(left).map((line) => JSON.parse(line).seq as number);
    await proofsHold(left, first! + 1, 60);
    const kept = { ...entries(left).find(({ size }) => size > 55)!, name: "kept" };
    assertEquals((await verifySigned(left, { against: [kept] }) as { provenUpTo?: number }).provenUpTo, kept.size);
    assertEquals(await next.journal.verifyUnread(NO_PACE), undefined);
    await next.journal.snapshot({});
    await next.journal.prune(time.clock.now() + 1, all.length);
    assertEquals(await fault(left), undefined, step);
    await next.journal.close();
  }
  assert(steps > 5, `${steps} steps`);
});

Deno.test("C10 what an earlier version pruned unsigned stops the signing, is named, and a new file begins behind it", async () => {
  const { journal, files, time } = await signed();
  const last = entries(files).at(-1)!.size;
  fill(journal, 40);
  await journal.snapshot({});
  const gone = await journal.prune(time.clock.now() + 1, Infinity); // as one that knows no checkpoints
  assert(gone !== undefined && gone.last > last && gone.tree === undefined);
  const error = await assertRejects(
    () => sign(files, journal),
    ConsoleError,
    `records ${last + 1} to ${gone.last} were`,
  );
  assertStringIncludes(String(error.details["hint"]), "doctor --fix");
  const found = await verifySigned(files);
  assert(found.ok);
  assertEquals(found.checkpoints?.gap, { from: last + 1, to: gone.last });
  const kept = { ...entries(files)[0]!, name: "kept" };
  const early = await verifySigned(files, { against: [kept] });
  assertEquals(early.ok && early.checkpoints?.kept, { count: 0, unprovable: ["kept"] });
  const signedBefore = files.read(FILE);
  files.remove(FILE);
  await sign(files, journal);
  assertEquals(entries(files)[0]!.begins, gone.last + 1);
  assertEquals(await fault(files), undefined);
  files.put(FILE, signedBefore);
  await assertRejects(() => openSigned(files).then((one) => journal.checkpoint(one, NO_PACE)), ConsoleError);
});

Deno.test("C10 what was pruned is looked for once, however many trees were kept elsewhere", async () => {
  const { journal, files, time } = await signed();
  fill(journal, 40);
  await journal.snapshot({});
  await journal.prune(time.clock.now() + 1, Infinity); // as one that keeps no tree of it
  const [one] = entries(files);
  const read = files.readRange.bind(files);
  let reads = 0;
  files.readRange = (...range) => {
    reads++;
    return read(...range);
  };
  const readsFor = async (trees: number) => {
    reads = 0;
    const kept = Array.from({ length: trees }, (_, at) => ({
      ...{ ...one!, origin: `${one!.origin}/from/${at + 2}` },
      name: `tree ${at}`,
    }));
    const found = await verifySigned(files, { against: kept });
    assertEquals(found.ok && found.checkpoints?.kept?.unprovable.length, trees);
    return reads;
  };
  assertEquals(await readsFor(20), await readsFor(1));
});

Deno.test("C4 a journal made anew with its key, head and checkpoints verifies, and a checkpoint kept elsewhere names it", async () => {
  const { files } = await signed();
  const all = entries(files).map((one) => ({ ...one, name: `the checkpoint of ${one.size} records` }));
  const made = await disk(70, { segmentBytes: 2500, actor: "somebody" });
  made.put("/home/keys/journal.key", files.read("/home/keys/journal.key"));
  await sign(made, open(made, { ...SMALL, actor: "somebody" }).journal);
  assertEquals(await fault(made), undefined, "nothing in the home can show it");
  const found = await fault(made, { against: all.toReversed() });
  assertStringIncludes(found ?? "nothing", all[0]!.name);
});
