/** Proofs of a journal: made by one reading, checked by themselves, also where earlier records were pruned. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { checkProof } from "../../src/journal/proof_check.ts";
import { proveConsistency, proveInclusion } from "../../src/journal/prove.ts";
import { ed25519Verify } from "../../src/platform/ed25519.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { digest, entries, NO_PACE, sign, signingKey } from "../support/checkpoints.ts";
import { MemoryFiles } from "../support/memory_files.ts";
import { allLines, DIR, fill, lines, open, putLines, segments, SMALL } from "../support/memory_journal.ts";

async function placeOf(files: MemoryFiles) {
  const key = await signingKey(files);
  return { dir: DIR, files, digest, verify: ed25519Verify, key };
}

async function refusal(doing: () => Promise<unknown>): Promise<string> {
  const { kind, message } = await assertRejects(doing, ConsoleError);
  return `${kind}: ${message}`;
}

Deno.test("C10 each record and each earlier size of a signed journal has a proof that holds", async () => {
  const { journal, files } = open(new MemoryFiles(), SMALL);
  fill(journal, 33);
  const { seq: size } = await sign(files, journal);
  fill(journal, 5); // nobody has signed these
  const place = await placeOf(files);
  const all = allLines(files);
  for (let seq = 1; seq <= size; seq++) {
    const proof = await proveInclusion(place, seq);
    assertEquals([proof.record, proof.index], [all[seq - 1], seq - 1]);
    const { name: origin } = place.key;
    assertEquals(await checkProof(JSON.parse(JSON.stringify(proof)), place), { kind: "inclusion", size, origin, seq });
    const consistency = await proveConsistency(place, seq);
    assertEquals(await checkProof(consistency, place), { kind: "consistency", size, origin, from: seq });
  }
  assertEquals(
    await refusal(() => proveInclusion(place, size + 1)),
    `not_found: no checkpoint covers record ${size + 1} yet`,
  );
  assertEquals(
    await refusal(() => proveConsistency(place, size + 1)),
    `not_found: no checkpoint covers record ${size + 1} yet`,
  );
});

Deno.test("C10 a proof that was changed, or that another has signed, does not hold", async () => {
  const { journal, files } = open(new MemoryFiles(), SMALL);
  fill(journal, 20);
  await sign(files, journal);
  const place = await placeOf(files);
  const proof = await proveInclusion(place, 7);
  const other = await proveInclusion(place, 8);
  const earlier = await proveConsistency(place, 11);
  const broken = "journal_broken: the proof does not hold:";
  const another = `${broken} it does not lead to the root`;
  const cases: readonly [unknown, string][] = [
    [{ ...proof, record: proof.record.replace("naïve", "naive") }, another],
    [{ ...proof, record: other.record }, `${broken} its record is not record 7`],
    [{ ...proof, seq: 8, record: other.record }, `${broken} its record is not record 8`],
    [{ ...proof, seq: 8, index: 7, record: other.record }, another],
    [{ ...proof, path: proof.path.toReversed() }, another],
    [{ ...proof, path: proof.path.slice(1) }, another],
    [{ ...earlier, from: 12 }, another],
    [{ ...earlier, fromRoot: entries(files)[0]!.root.toBase64() }, another],
    [
      { ...proof, checkpoint: proof.checkpoint.replace(/\n\d+\n/, "\n999\n") },
      `${broken} its checkpoint was changed: the signature of ${place.key.name} does not hold`,
    ],
    [{ ...proof, path: ["AAAA"] }, 'usage: the file is not what "audit prove --json" prints'],
    [{ ...proof, kind: "both" }, 'usage: the file is not what "audit prove --json" prints'],
    [[], 'usage: the file is not what "audit prove --json" prints'],
    [null, 'usage: the file is not what "audit prove --json" prints'],
    [{ ...proof, format: 2 }, "incompatible: the proof has format 2, this version reads up to 1"],
  ];
  for (const [changed, says] of cases) assertEquals(await refusal(() => checkProof(changed, place)), says);
  const key = await signingKey(new MemoryFiles());
  assertEquals(
    await refusal(() => checkProof(proof, { ...place, key })),
    `${broken} its checkpoint is not signed by ${key.name}; it is of ${place.key.name}`,
  );
});

Deno.test("C10 what stays of a pruned journal has proofs, and what went is said to be gone", async () => {
  const { journal, files, time } = open(new MemoryFiles(), SMALL);
  fill(journal, 40);
  const checkpoints = await sign(files, journal);
  await journal.snapshot({});
  const gone = await journal.prune(time.clock.now() + 1, checkpoints.seq);
  await journal.checkpoint(checkpoints, NO_PACE);
  const place = await placeOf(files);
  const { last } = gone!;
  for (let seq = last + 1; seq <= checkpoints.seq; seq++) {
    assertEquals((await checkProof(await proveInclusion(place, seq), place)).seq, seq);
    assertEquals((await checkProof(await proveConsistency(place, seq), place)).from, seq);
  }
  for (const seq of [1, last]) {
    assert((await refusal(() => proveInclusion(place, seq))).includes("is not there any more"));
  }
  const signed = entries(files).map(({ size }) => size).find((size) => size === last)!;
  assertEquals((await checkProof(await proveConsistency(place, signed), place)).from, last, "its root was signed");
});

Deno.test("C10 nothing is proven of a journal whose records do not lead to its checkpoint", async () => {
  const { journal, files } = open(new MemoryFiles(), SMALL);
  fill(journal, 20);
  await sign(files, journal);
  const place = await placeOf(files);
  const [path] = segments(files);
  const rows = lines(files, path!);
  putLines(files, path!, rows.with(1, rows[1]!.replace("naïve", "naive")));
  assertEquals(
    await refusal(() => proveInclusion(place, 5)),
    "journal_broken: the journal does not verify: its records do not lead to the root of the last checkpoint in " +
      "journal.checkpoints",
  );
});
