/** C1, C6: an fsync that does not come back for long: appends go on, nothing is called durable, and its failure is told. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { MemoryFiles } from "../support/memory_files.ts";
import { DIR, fill, open, segments, verify } from "../support/memory_journal.ts";

const SMALL = { segmentBytes: 1400 };

/** A journal whose first record is on the disk, and whose disk then answers no fsync before `release`. */
async function held() {
  const opened = open(new MemoryFiles(), SMALL);
  const { journal, files } = opened;
  fill(journal, 1);
  await journal.durable(2);
  const { promise, resolve } = Promise.withResolvers<void>();
  files.syncHeld = promise;
  const durable: number[] = [];
  const wait = () => {
    const { seq } = journal.head();
    const waiting = journal.durable(seq).then(() => void durable.push(seq));
    waiting.catch(() => {});
    return waiting;
  };
  return { ...opened, release: resolve, durable, wait };
}

Deno.test("C1 while an fsync is held, appends and rotations go on, nothing more is durable, and a power failure loses no more", async () => {
  const { journal, files, time, release, durable, wait } = await held();
  const waits: Promise<void>[] = [];
  for (let round = 0; round < 6; round++) {
    fill(journal, 2);
    waits.push(wait());
    await time.pass(100);
    const dark = open(files.afterPowerFailure(), SMALL);
    assertEquals(
      dark.journal.head().seq,
      2,
      "what the disk had acknowledged is there, and the rest never was promised",
    );
    assert((await verify(dark.files)).ok);
    const killed = open(files.restart(), SMALL);
    assertEquals(killed.journal.head(), journal.head(), "who is killed loses nothing");
  }
  const snapshot = journal.snapshot({ late: true });
  await time.pass(100);
  assertEquals([durable, files.stat(`${DIR}/snapshot.json`)], [[], undefined]);
  assert(segments(files).length > 2);
  assertEquals(journal.stats().readOnly, undefined);
  release();
  files.syncHeld = undefined;
  await Promise.all([...waits, snapshot]);
  assertEquals(durable.length, 6);
  const { seq } = journal.head();
  await journal.close();
  assertEquals(open(files.afterPowerFailure(), SMALL).journal.head().seq, seq);
});

Deno.test("C6 an fsync that fails after it was held rejects all who waited; a look writes anew, without any append", async () => {
  const { journal, files, time, release, durable, wait } = await held();
  fill(journal, 3);
  const waits = [wait(), wait()];
  await time.pass(100);
  fill(journal, 4);
  waits.push(wait());
  files.syncError = new Error("EIO: input/output error");
  release();
  files.syncHeld = undefined;
  for (const waiting of waits) await assertRejects(() => waiting, ConsoleError, "EIO");
  assertEquals(durable, []);
  await time.pass(1000);
  journal.keepWritable();
  assert(journal.stats().readOnly?.includes("EIO"), "the disk fails still");
  files.syncError = undefined;
  await time.pass(1000);
  journal.keepWritable();
  assertEquals(journal.stats().readOnly, undefined);
  await journal.keepHead();
  assertEquals(open(files.afterPowerFailure(), SMALL).journal.head(), journal.head());
  fill(journal, 1);
  await journal.close();
  assert((await verify(files)).ok);
});

Deno.test("C6 a journal that was found broken is not written anew by a look after a failed fsync", async () => {
  const { journal, files, time } = open(new MemoryFiles(), SMALL);
  fill(journal, 12);
  await journal.durable(journal.head().seq);
  files.syncError = new Error("EIO: input/output error");
  fill(journal, 1);
  await assertRejects(() => journal.durable(journal.head().seq), ConsoleError, "EIO");
  files.syncError = undefined;
  const first = segments(files)[0]!;
  const bytes = files.read(first);
  bytes[300]! ^= 1;
  files.put(first, bytes);
  assert(await journal.verifyAgain({ next: () => Promise.resolve() }) !== undefined);
  const before = files.contents();
  await time.pass(5000);
  journal.keepWritable();
  assert(journal.stats().readOnly?.includes("does not verify"), journal.stats().readOnly);
  assertEquals(files.contents(), before);
});
