import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { GroupSync } from "../../src/journal/group_sync.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { MemoryFiles } from "../support/memory_files.ts";
import { DIR, disk, FakeTime, fill, open, segments, verify } from "../support/memory_journal.ts";

function readOnly(run: () => unknown): void {
  const error = assertThrows(run, ConsoleError) as unknown as ConsoleError;
  assertEquals(error.kind, "read_only");
}

Deno.test("one fsync covers all records of 100 ms, and no timer runs while nothing is unsynced", async () => {
  const { journal, files, time } = open();
  assertEquals(time.sleeping, 0);
  fill(journal, 50);
  await time.pass(99);
  assertEquals([time.sleeping, files.syncs], [1, 0]);
  await time.pass(1);
  await journal.durable(51);
  assertEquals([time.sleeping, files.syncs], [0, 1]);
  fill(journal, 1);
  assertEquals(time.sleeping, 1);
  await journal.close();
  assertEquals([time.sleeping, files.syncs], [0, 2]);
});

Deno.test("who waits for the disk waits for one fsync, not for the 100 ms; all of a turn share it", async () => {
  const { journal, files, time } = open();
  fill(journal, 50);
  await Promise.all([2, 25, 51].map((seq) => journal.durable(seq)));
  assertEquals(files.syncs, 1);
  await time.pass(100); // the group's own time comes, and finds nothing to do
  assertEquals(files.syncs, 1);
  await journal.close();
});

Deno.test('"always" syncs after each batch, "never" only when it closes', async () => {
  const always = open(undefined, { fsync: "always" });
  fill(always.journal, 5);
  await always.journal.durable(6);
  assertEquals([always.files.syncs, always.time.sleeping], [1, 0]);
  const never = open(undefined, { fsync: "never" });
  fill(never.journal, 5);
  await never.journal.durable(6);
  assertEquals([never.files.syncs, never.time.sleeping], [0, 0]);
  await never.journal.close();
  assertEquals(never.files.syncs, 1);
});

Deno.test("who waits for what an earlier process wrote is answered also where the journal closes at once", async () => {
  let syncs = 0;
  const sync = () => Promise.resolve(void syncs++);
  const group = new GroupSync({ policy: "interval", timers: new FakeTime().timers, sync, failed: () => {} }, 5);
  const asked = group.onDisk(5);
  await group.close();
  await asked;
  assertEquals(syncs, 1);
});

Deno.test("what durable promised survives a power failure, also over rotations", async () => {
  const { journal, files, time } = open(undefined, { segmentBytes: 1500 });
  for (let round = 0; round < 12; round++) {
    fill(journal, 3);
    const { seq } = journal.head();
    const durable = journal.durable(seq);
    fill(journal, 1);
    await time.pass(100);
    await durable;
    fill(journal, round % 5);
    const after = open(files.afterPowerFailure(), { segmentBytes: 1500 });
    assert(after.journal.head().seq >= seq, `${after.journal.head().seq} < ${seq}`);
    assertEquals((await verify(after.files)).ok, true);
  }
});

Deno.test("C6 a full disk makes the journal read-only, moves nothing, and writes resume", async () => {
  for (const undo of [undefined, new Error("EIO")]) {
    const { journal, files, time } = open(undefined, { segmentBytes: 4000 });
    fill(journal, 5);
    const before = journal.head();
    const { bytes } = journal.stats();
    files.capacity = bytes + 100;
    files.undoError = undo;
    readOnly(() => fill(journal, 1));
    assertEquals(files.read(segments(files)[0]!).length, undo === undefined ? bytes : bytes + 100);
    assertEquals([journal.head(), journal.stats().bytes], [before, bytes]);
    assert(journal.stats().readOnly?.includes("ENOSPC"));
    assertEquals(journal.tail(1)[0]?.hash, before.hash, "reads go on");
    files.capacity = Infinity;
    files.undoError = undefined;
    readOnly(() => fill(journal, 1)); // not yet: one attempt a second
    await time.pass(1000);
    fill(journal, 20);
    assertEquals(journal.stats().readOnly, undefined);
    assertEquals(journal.head().seq > 26, true);
    await journal.close();
    assertEquals((await verify(files)).ok, true);
    assertEquals(open(files.restart()).journal.head(), journal.head());
  }
});

Deno.test("C6 a disk that fills up at any byte of a rotation leaves the old segment the last one", async () => {
  for (let room = 0; room < 640; room += 13) {
    for (const undo of [undefined, new Error("EIO")]) {
      const files = await disk(5, { segmentBytes: 2100 });
      const { journal, time } = open(files, { segmentBytes: 2100 });
      const before = journal.head();
      files.capacity = journal.stats().bytes + room;
      files.undoError = undo;
      let failed = false;
      try {
        journal.append({ type: "a.b", actor: "x", data: { text: "y".repeat(600) } });
      } catch (error) {
        failed = true;
        assert(error instanceof ConsoleError && error.kind === "read_only");
        assertEquals(journal.head(), before);
      }
      assert(failed);
      const crashed = open(files.restart(), { segmentBytes: 2100 });
      const gone = Number(crashed.journal.head().seq) - before.seq;
      assert(gone === 0 || gone === 1 && undo !== undefined, "at most the segment record got there");
      assertEquals((await verify(files)).ok, true);
      files.undoError = undefined;
      files.capacity = Infinity;
      await time.pass(1000);
      fill(journal, 10);
      await journal.close();
      assertEquals((await verify(files)).ok, true);
    }
  }
});

Deno.test("C6 a failed fsync rejects those who wait, and writes resume only after everything was written anew", async () => {
  const { journal, files, time } = open(undefined, { segmentBytes: 1500 });
  fill(journal, 3);
  await time.pass(100);
  fill(journal, 6); // into another segment
  const { seq } = journal.head();
  const waits = [journal.durable(seq), journal.durable(seq - 2)];
  files.syncError = new Error("EIO: input/output error");
  const rejected = Promise.all(waits.map((wait) => assertRejects(() => wait, ConsoleError, "EIO")));
  await time.pass(100);
  await rejected;
  readOnly(() => fill(journal, 1));
  await assertRejects(() => journal.durable(seq), ConsoleError, "EIO");
  await time.pass(1000);
  readOnly(() => fill(journal, 1)); // it still fails
  assertEquals(journal.head().seq, seq);
  files.syncError = undefined;
  await time.pass(1000);
  fill(journal, 1);
  await journal.durable(seq);
  assert(open(files.afterPowerFailure()).journal.head().seq >= seq);
  fill(journal, 5);
  const last = journal.durable(journal.head().seq);
  await time.pass(100);
  await last;
  await journal.close();
  assertEquals(open(files.afterPowerFailure()).journal.head(), journal.head());
});

Deno.test("C6 a disk that stays full for hours costs no descriptors, also with an fsync under way", async () => {
  const { journal, files, time } = open(undefined, { segmentBytes: 2000 });
  fill(journal, 3);
  files.capacity = journal.stats().bytes;
  for (let second = 0; second < 50; second++) {
    const passing = time.pass(1000);
    readOnly(() => fill(journal, 1));
    await passing;
    assertEquals(files.open <= 2, true);
  }
  files.capacity = Infinity;
  await time.pass(1000);
  fill(journal, 20);
  await time.pass(100);
  assertEquals(files.open, 1);
  await journal.close();
  assertEquals(files.open, 0);
  assertEquals((await verify(files)).ok, true);
});

Deno.test("a journal that was changed behind our back stays read-only and says why", async () => {
  const changes: [string, (files: MemoryFiles, path: string) => void][] = [
    ["is gone", (files, path) => files.remove(path)],
    ["has 500 bytes, expected", (files, path) => files.put(path, files.read(path).subarray(0, 500))],
    ["does not end in record", (files, path) => files.put(path, files.read(path).map((byte) => byte ^ 1))],
  ];
  for (const [why, change] of changes) {
    const { journal, files, time } = open();
    fill(journal, 5);
    files.capacity = 0;
    readOnly(() => fill(journal, 1));
    files.capacity = Infinity;
    change(files, segments(files)[0]!);
    for (let i = 0; i < 2; i++) {
      await time.pass(1000);
      readOnly(() => fill(journal, 1));
      assert(journal.stats().readOnly?.includes(why), journal.stats().readOnly);
    }
  }
});

/** As an editor does that writes a copy and puts it in the place of the file. */
function replaceByCopy(files: MemoryFiles, path: string): void {
  files.create(`${path}.copy`, files.read(path), 0o600);
  files.rename(`${path}.copy`, path);
}

Deno.test("C6 a segment that somebody replaced by an equal copy is written on; records that went with the old one are missed", async () => {
  for (const lost of [0, 1]) {
    const { journal, files, time } = open();
    fill(journal, 3);
    await time.pass(100);
    replaceByCopy(files, segments(files)[0]!);
    if (lost === 0) assertEquals(journal.keepWritable(), 0);
    else {
      fill(journal, 1); // into a file that has no name any more: the next fsync finds that
      await assertRejects(() => journal.durable(journal.head().seq), ConsoleError, "is gone, or another file");
      await time.pass(1000);
      assertEquals(journal.keepWritable(), 0);
      assert(journal.stats().readOnly?.includes("expected"), journal.stats().readOnly);
      continue;
    }
    fill(journal, 2);
    await journal.close();
    const found = await verify(files);
    assertEquals(found.ok && found.size, 6);
  }
});

Deno.test("C6 what somebody else appended is noticed at the next tick and cut off; records behind it end the writing", async () => {
  const garbage = (files: MemoryFiles, path: string) => {
    const bytes = files.read(path);
    const longer = new Uint8Array(bytes.length + 5);
    longer.set(bytes);
    longer.set(new TextEncoder().encode("junk\n"), bytes.length);
    files.put(path, longer);
  };
  const { journal, files, time } = open();
  fill(journal, 3);
  journal.keepWritable();
  fill(journal, 1);
  garbage(files, segments(files)[0]!);
  assertEquals(journal.keepWritable(), 5);
  fill(journal, 1);
  assertEquals((await verify(files)).ok, true);
  garbage(files, segments(files)[0]!);
  fill(journal, 1); // before the tick
  journal.keepWritable();
  for (let i = 0; i < 2; i++) {
    await time.pass(1000);
    readOnly(() => fill(journal, 1));
  }
});

Deno.test("close reports a last fsync that fails", async () => {
  const { journal, files } = open();
  fill(journal, 1);
  files.syncError = new Error("EIO");
  await assertRejects(() => journal.close(), ConsoleError, "EIO");
});

Deno.test("a snapshot waits for the fsync of its record, and is not written when that fails", async () => {
  const { journal, files, time } = open();
  fill(journal, 3);
  const written = journal.snapshot({ n: 3 });
  fill(journal, 1);
  assertEquals([files.syncs, files.stat(`${DIR}/snapshot.json`)], [0, undefined]);
  await written;
  assertEquals(files.syncs, 3, "the journal's, that of the record that vouches, then the snapshot's own");
  const { restored, replayed } = open(files.restart());
  assertEquals([restored, replayed.map(({ seq }) => seq)], [[{ n: 3 }], [5, 6]]);
  files.syncError = new Error("EIO");
  fill(journal, 1);
  const failing = assertRejects(() => journal.snapshot({ n: 5 }), ConsoleError, "EIO");
  await time.pass(100);
  await failing;
  assertEquals(open(files.restart()).restored, [{ n: 3 }]);
});
