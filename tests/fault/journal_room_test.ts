/**
 * C6: a journal whose disk was full is read-only as long as a write would fail, and can be written at the next look after
 * there is room, though nobody writes. The look leaves nothing, and a kill at each of its changes loses nothing.
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { type CrashPart, MemoryFiles } from "../support/memory_files.ts";
import { fill, type Open, open, problem, segments, verify } from "../support/memory_journal.ts";

const SMALL = { segmentBytes: 1400 };
const LOOK_MS = 1000;
const PARTS: readonly CrashPart[] = ["none", "half", "all"];

/** Records before the disk is full, by where the next one would be written. */
const KINDS: Readonly<Record<string, number>> = {
  "the first record": 0,
  "a record in the middle of a segment": 2,
  "a record that begins a segment": 4,
};

function used(files: MemoryFiles): number {
  return [...files.contents().values()].reduce((sum, bytes) => sum + bytes.length, 0);
}

/** A journal that a full disk has made read-only. */
function full(records: number, files = new MemoryFiles()): Open {
  const opened = open(files, SMALL);
  fill(opened.journal, records);
  files.capacity = used(files);
  assertThrows(() => fill(opened.journal, 1), ConsoleError, "ENOSPC");
  return opened;
}

Deno.test("C6 the places of the next record that are tried are three", () => {
  const places = Object.values(KINDS).map((records) => {
    const { files, journal } = full(records);
    files.free();
    return [segments(files).length, journal.head().seq];
  });
  assertEquals(places, [[0, 0], [1, 3], [1, 5]]);
});

for (const [kind, records] of Object.entries(KINDS)) {
  Deno.test(`C6 ${kind}: read-only as long as the disk is full, and not at the next look after that`, async () => {
    const { journal, files, time } = full(records);
    const before = files.contents();
    for (const room of [0, 100, 5000]) {
      files.capacity = used(files) + room;
      for (let look = 0; look < 3; look++) {
        await time.pass(LOOK_MS);
        assertEquals(journal.keepWritable(), 0);
        assert(journal.stats().readOnly?.includes("ENOSPC"), `${room} bytes of room`);
        assertEquals(files.contents(), before, "nothing is left");
      }
    }
    files.free();
    await time.pass(LOOK_MS);
    journal.keepWritable();
    assertEquals([journal.stats().readOnly, files.contents()], [undefined, before]);
    fill(journal, 8);
    await journal.close();
    assertEquals([files.open, await problem(files)], [0, undefined]);
  });

  Deno.test(`C6 C7 ${kind}: a kill or a fault at each change of the look loses nothing`, async () => {
    const changesOf = full(records);
    changesOf.files.free();
    await changesOf.time.pass(LOOK_MS);
    const from = changesOf.files.changes;
    changesOf.journal.keepWritable();
    const changes = changesOf.files.changes - from;
    assert(changes >= 2, "it writes and takes away");
    for (let step = 1; step <= changes; step++) {
      for (const part of PARTS) {
        for (const how of ["crashAt", "failAt"] as const) {
          const { files, time, journal } = full(records);
          files.free();
          await time.pass(LOOK_MS);
          const head = journal.head();
          files[how](step, part);
          try {
            journal.keepWritable();
          } catch {
            // killed
          }
          const what = `${how} ${part} of change ${step}`;
          if (how === "failAt") {
            await time.pass(LOOK_MS);
            fill(journal, 1);
            assertEquals((await verify(files)).ok, true, what);
            continue;
          }
          const next = open(files.restart(), SMALL);
          assertEquals(next.journal.head(), head, what);
          fill(next.journal, 5);
          await next.journal.close();
          assertEquals(await problem(next.files), undefined, what);
        }
      }
    }
  });
}

Deno.test("C6 a disk that refuses to take the try away again stays read-only, and what is left is no record", async () => {
  const { journal, files, time } = full(2);
  files.free();
  files.undoError = new Error("EROFS: read-only file system");
  for (let look = 0; look < 2; look++) {
    await time.pass(LOOK_MS);
    assertEquals(journal.keepWritable(), 0, "nobody else wrote that");
    assert(journal.stats().readOnly?.includes("EROFS"));
  }
  files.undoError = undefined;
  await time.pass(LOOK_MS);
  journal.keepWritable();
  assertEquals(journal.stats().readOnly, undefined);
  fill(journal, 1);
  await journal.close();
  assertEquals(await problem(files), undefined);
});
