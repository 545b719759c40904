/** Checkpoints of a journal: what they cover, what a crash leaves, and what a verification finds by them. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CHECKPOINT_FILE, checkpointPath, parseCheckpointLine } from "../../src/journal/checkpoint_file.ts";
import { createSigningKey, readSigningKey } from "../../src/journal/signing_key.ts";
import { verifierKeyText } from "../../src/merkle/note.ts";
import { secretInFile } from "../../src/platform/secret_file.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import {
  digest,
  entries,
  fault,
  KEYS,
  NO_PACE,
  openSigned,
  rootOfLines,
  sign,
  signingKey,
  verifySigned,
} from "../support/checkpoints.ts";
import { Crash, type CrashPart, MemoryFiles } from "../support/memory_files.ts";
import { allLines, DIR, disk, fill, lines, open, putLines, segments, SMALL } from "../support/memory_journal.ts";

const FILE = checkpointPath(DIR);

/** 40 records in several segments, signed at 15 and at the end. */
async function signed(): Promise<MemoryFiles> {
  const { journal, files } = open(new MemoryFiles(), SMALL);
  fill(journal, 15);
  const checkpoints = await sign(files, journal);
  fill(journal, 25);
  await journal.checkpoint(checkpoints, NO_PACE);
  await journal.close();
  return files.restart();
}

Deno.test("C10 a checkpoint has the root over the lines of all records, also where another process goes on", async () => {
  const files = await signed();
  const { journal } = open(files, SMALL);
  fill(journal, 9);
  const checkpoints = await sign(files, journal);
  const all = allLines(files);
  assertEquals(checkpoints.seq, all.length);
  const found = entries(files);
  for (const { size, root, begins, position, origin } of found) {
    assertEquals(root.toBase64(), rootOfLines(all.slice(0, size)), `size ${size}`);
    assertEquals([begins, position.seq, position.hash], [1, size, JSON.parse(all[size - 1]!).hash]);
    assertEquals(origin, (await signingKey(files)).name);
  }
  const ends = segments(files).slice(1).map((path) => Number(path.slice(-22, -6)) - 1);
  const sizes = found.map(({ size }) => size);
  assert(ends.length > 3 && ends.every((end) => sizes.includes(end)), "one ends with each closed segment");
  assertEquals(await verifySigned(files).then((one) => one.ok && one.checkpoints), {
    count: found.length,
    covers: all.length,
    signatures: "valid",
  });
  await journal.checkpoint(checkpoints, NO_PACE);
  assertEquals(entries(files).length, found.length, "nothing new makes no checkpoint");
});

Deno.test("C5 a crash at any step of a checkpoint starts without alarm, and the next one covers all", async () => {
  for (const part of ["none", "half", "all"] as CrashPart[]) {
    for (let step = 1;; step++) {
      const files = await signed();
      const { journal } = open(files, SMALL);
      fill(journal, 12);
      const checkpoints = await openSigned(files);
      files.crashAt(step, part);
      const crash = await journal.checkpoint(checkpoints, NO_PACE).then(() => undefined, (error) => error);
      if (crash === undefined) {
        assert(step > 3, `${step} steps`);
        break;
      }
      assert(crash instanceof Crash || String(crash).includes("died at change"), String(crash));
      const killed = files.restart();
      for (const left of [killed, files.afterPowerFailure()]) {
        assertEquals(await fault(left), undefined, `before the start, step ${step}, ${part}`);
        const next = open(left, SMALL);
        if (left === killed) assertEquals(next.recovered, undefined);
        fill(next.journal, 3);
        const { seq } = await sign(left, next.journal);
        assertEquals([seq, await fault(left)], [next.journal.head().seq, undefined], `step ${step}, ${part}`);
      }
    }
  }
});

Deno.test("C4 records that were cut off, and a journal that was rewritten whole, contradict the checkpoints", async () => {
  const files = await signed();
  const all = allLines(files);
  const last = segments(files).at(-1)!;
  putLines(files, last, lines(files, last).slice(0, -1));
  const seq = JSON.parse(all.at(-1)!).seq;
  assertStringIncludes((await fault(files))!, `${CHECKPOINT_FILE} counts ${seq} records, the end was cut off`);
  const error = await assertRejects(async () => await sign(files, open(files, SMALL).journal), ConsoleError);
  assertEquals(error.kind, "journal_broken");

  const first = entries(files)[0]!;
  const rewritten = await disk(60, { segmentBytes: 2500, actor: "somebody" });
  rewritten.put(FILE, files.read(FILE));
  rewritten.put(`${KEYS}/journal.key`, files.read(`${KEYS}/journal.key`));
  assertStringIncludes(
    (await fault(rewritten))!,
    `${first.size} in ${first.position.segment}: does not lead to the root of its checkpoint in ${CHECKPOINT_FILE}: ` +
      `a record from 1 to ${first.size} was changed`,
  );
  const again = open(rewritten, { ...SMALL, actor: "somebody" });
  const refused = await assertRejects(() => sign(rewritten, again.journal), ConsoleError, "is not in the journal");
  assertEquals(refused.kind, "journal_broken");
});

Deno.test("C10 what does not lead to the journal's own end is not signed", async () => {
  const { journal, files } = open(new MemoryFiles(), { fsync: "never" });
  fill(journal, 20);
  const [path] = segments(files);
  const before = files.read(path!);
  const text = new TextDecoder().decode(before);
  const changed = text.replace("naïve", "naive").replace('"x', '"xx');
  files.put(path!, new TextEncoder().encode(changed));
  const error = await assertRejects(() => sign(files, journal), ConsoleError, "no checkpoint: record 2 in");
  assertEquals(error.kind, "journal_broken");
  assertEquals(files.stat(FILE), undefined);
});

Deno.test("C10 a checkpoint that was changed, forged, left out or swapped is named by its place", async () => {
  const files = await signed();
  const key = await signingKey(files);
  const rows = lines(files, FILE);
  const other = {
    ...await createSigningKey({ files: new MemoryFiles(), keys: KEYS, uid: 1000, digest }),
    name: key.name,
  };
  const foreign = await (async () => {
    const made = await signed();
    return lines(made, FILE);
  })();
  const second = parseCheckpointLine(rows[1]!)!;
  const cases: readonly [string[], string][] = [
    [rows.with(1, rows[1]!.replace(/[A-Za-z0-9+/]{4}=\\n"/, 'AAA=\\n"')), `is not signed by ${key.name}`],
    [rows.with(1, rows[1]!.slice(1)), "is not a checkpoint"],
    [rows.with(1, foreign[1]!), `is of ${parseCheckpointLine(foreign[1]!)!.origin}, not of ${key.name}`],
    [[rows[0]!, rows[2]!, rows[1]!, ...rows.slice(3)], "is not larger than the one before"],
    [
      rows.with(1, rows[1]!.replace(second.subtrees[0]!.hash.toBase64(), second.root.toBase64())),
      "has subtrees that do not lead to its root",
    ],
    [rows.with(1, "[".repeat(300_000)), "is not a checkpoint"],
    [rows.with(-1, "[".repeat(20_000)), "is not a checkpoint"],
    ...[
      `"hash":"${second.position.hash}"`,
      `"offset":${second.position.offset}`,
      `"segment":"${second.position.segment}"`,
    ].map((member): [string[], string] => {
      assertStringIncludes(rows[1]!, member);
      const changed = member.replace(/[0-9](?=[^0-9]*$)/, (digit) => String((Number(digit) + 1) % 10));
      return [rows.with(1, rows[1]!.replace(member, changed)), "says of its last record another hash or place"];
    }),
  ];
  for (const [changed, what] of cases) {
    putLines(files, FILE, changed);
    const found = await fault(files);
    assertStringIncludes(found ?? "nothing", `in ${CHECKPOINT_FILE}: ${what}`);
  }
  putLines(files, FILE, rows);
  assertStringIncludes((await fault(files, { key: other }))!, `is not signed by ${key.name}`);
  putLines(files, FILE, rows.slice(0, -1).with(0, rows[1]!));
  assertEquals(
    await fault(files),
    "18 in journal.checkpoints: is not larger than the one before".replace("18", String(second.size)),
  );
  putLines(files, FILE, rows.toSpliced(1, 1));
  assertEquals(await fault(files), undefined, "one that is left out says nothing: it can be made again");
  files.remove(`${KEYS}/journal.key`);
  const unsigned = await verifySigned(files);
  assertEquals(unsigned.ok && unsigned.checkpoints?.signatures, "not checked");
});

Deno.test("C10 pruning takes nothing that no checkpoint covers, and what stays verifies from there", async () => {
  const { journal, files, time } = open(new MemoryFiles(), SMALL);
  fill(journal, 40);
  const checkpoints = await sign(files, journal);
  fill(journal, 20);
  await journal.snapshot({});
  const future = time.clock.now() + 1;
  const covered = checkpoints.seq;
  const gone = await journal.prune(future, covered);
  assert(gone !== undefined && gone.last <= covered && gone.first === 1, JSON.stringify(gone));
  assertEquals(await journal.prune(future, covered), undefined, "the next segment is not covered");
  await journal.checkpoint(checkpoints, NO_PACE);
  assert((await journal.prune(future, checkpoints.seq))!.last > covered);
  const found = await verifySigned(files);
  assert(found.ok && found.begins !== undefined, JSON.stringify(found));
  assertEquals(found.checkpoints?.covers, checkpoints.seq);
  assert(found.checkpoints!.count > 0);
});

Deno.test("C10 the tree of a journal that was pruned before begins with the first record that is there", async () => {
  const { journal, files, time } = open(new MemoryFiles(), SMALL);
  fill(journal, 40);
  await journal.snapshot({});
  const gone = await journal.prune(time.clock.now() + 1, Infinity);
  await sign(files, journal);
  const begins = gone!.last + 1;
  const all = allLines(files);
  const { origin, root, size } = entries(files).at(-1)!;
  assertEquals(origin, `${(await signingKey(files)).name}/from/${begins}`);
  assertEquals([size, root.toBase64()], [all.length, rootOfLines(all)]);
  const found = await verifySigned(files);
  assertEquals(found.ok && found.checkpoints?.covers, JSON.parse(all.at(-1)!).seq);
});

Deno.test("C8 verifications while records and checkpoints are written find no fault", async () => {
  const { journal, files } = open(new MemoryFiles(), SMALL);
  fill(journal, 5);
  const checkpoints = await sign(files, journal);
  for (let round = 0; round < 30; round++) {
    const verifying = fault(files);
    fill(journal, 7);
    await journal.checkpoint(checkpoints, NO_PACE);
    assertEquals(await verifying, undefined, `round ${round}`);
  }
});

Deno.test("C10 a kept checkpoint proves the journal up to its record, and a rewritten one is found by it", async () => {
  const files = await signed();
  const kept = entries(files)[2]!;
  const found = await verifySigned(files, { against: kept });
  assertEquals(found.ok && [found.completeness, found.provenUpTo], ["proven", kept.size]);
  files.remove(FILE);
  assertEquals(await fault(files, { against: kept }), undefined);
  const other = await disk(60, { segmentBytes: 2500, actor: "somebody" });
  assertStringIncludes((await fault(other, { against: kept }))!, "does not lead to the root of the kept checkpoint");
  const short = await disk(3, {});
  assertStringIncludes((await fault(short, { against: kept }))!, `the kept checkpoint counts ${kept.size} records`);
});

Deno.test("C10 the signing key is made once, for us alone, and is not a secret that a channel or capsule can be given", async () => {
  const files = new MemoryFiles();
  const key = await signingKey(files);
  const path = `${KEYS}/journal.key`;
  assertEquals(files.stat(path)?.mode, 0o600);
  const place = { files, keys: KEYS, uid: 1000, digest };
  const read = await readSigningKey(place);
  assertEquals(verifierKeyText(read!, digest), verifierKeyText(key, digest));
  await assertRejects(() => createSigningKey(place), Error);
  assertEquals(secretInFile(path, { files, uid: 1000 }).kind, "problem");
  const stranger = await assertRejects(() => readSigningKey({ ...place, uid: 1 }), ConsoleError);
  assertEquals(stranger.kind, "unsafe_path");
  const text = new TextDecoder().decode(files.read(path));
  for (const bad of [text.slice(0, -9), text.replace("journal/", "journal/f"), "", "x".repeat(2000)]) {
    files.put(path, new TextEncoder().encode(bad));
    assertEquals((await assertRejects(() => readSigningKey(place), ConsoleError)).kind, "failed");
  }
});
