/** What a start from a snapshot reads: the segments' ends and the records behind the snapshot, however long the journal. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { MemoryFiles } from "../support/memory_files.ts";
import { DIR, disk, open, segments } from "../support/memory_journal.ts";

/** What a start may read of an older segment, bytes: its first line and its last record. */
const EDGES = 4096;
const SEGMENT = 32_768;

interface Reads {
  calls: number;
  bytes: number;
}

/** Counts what is read of each file. */
function counted(files: MemoryFiles): Map<string, Reads> {
  const reads = new Map<string, Reads>();
  const { readRange } = files;
  files.readRange = (path, offset, length) => {
    const bytes = readRange.call(files, path, offset, length);
    const one = reads.get(path) ?? { calls: 0, bytes: 0 };
    reads.set(path, { calls: one.calls + 1, bytes: one.bytes + bytes.length });
    return bytes;
  };
  return reads;
}

const homeOf = (records: number) => disk(records, { segmentBytes: SEGMENT, snapshotAt: records - 20 });

Deno.test("B7 a start from a snapshot reads each older segment twice: its first line and its last record", async () => {
  for (const records of [500, 2000]) {
    const files = await homeOf(records);
    const paths = segments(files);
    assert(paths.length > records / 200, `${paths.length} segments`);
    const reads = counted(files);
    const { replayed, restored } = open(files, { segmentBytes: SEGMENT });
    assertEquals(restored, [{ n: records - 20 }]);
    assert(replayed.length < 30, `${replayed.length} records were replayed`);
    for (const path of paths.slice(1, -2)) {
      const { calls, bytes } = reads.get(path) ?? { calls: 0, bytes: 0 };
      assertEquals(calls, 2, path);
      assert(bytes > 0 && bytes <= EDGES, `${bytes} bytes of ${path}`);
    }
  }
});

Deno.test("C3 a start finds what was changed at the ends of a segment that it does not read whole", async () => {
  const whole = await homeOf(800);
  const [, path = ""] = segments(whole);
  const last = whole.read(path).length - 1;
  for (const [offset, seq] of [[40, "first"], [last - 40, "last"], [last, "line feed"]] as const) {
    const files = whole.restart();
    const bytes = files.read(path).slice();
    bytes[offset]! ^= 1;
    files.put(path, bytes);
    const before = files.contents();
    const error = assertThrows(() => open(files, { segmentBytes: SEGMENT }), ConsoleError);
    assertEquals([error.kind, `${DIR}/${error.details["segment"]}`], ["journal_broken", path], seq);
    assertEquals(files.contents(), before, "something was written");
  }
});

Deno.test("C3 a change in the middle of such a segment is found by the check behind the start, by its place", async () => {
  const files = await homeOf(800);
  const [, path = ""] = segments(files);
  const bytes = files.read(path).slice();
  bytes[SEGMENT / 2]! ^= 1;
  files.put(path, bytes);
  const { journal } = open(files, { segmentBytes: SEGMENT });
  const found = await journal.verifyUnread({ next: () => Promise.resolve() });
  assertEquals(`${DIR}/${found?.segment}`, path);
  assert(found !== undefined && found.offset > 0 && found.offset <= SEGMENT / 2, `at byte ${found?.offset}`);
});
