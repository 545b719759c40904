/** Lines that no record can be: every reader names such a line, and none reads on for its end. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { problemOf } from "../../src/journal/chain.ts";
import { exportRecords } from "../../src/journal/export_records.ts";
import { proveInclusion } from "../../src/journal/prove.ts";
import { prunable } from "../../src/journal/prune.ts";
import { queryRecords } from "../../src/journal/query.ts";
import { LONGEST_LINE_BYTES } from "../../src/journal/record.ts";
import { recentRecords } from "../../src/journal/read_tail.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { digest, NO_PACE, sign, signingKey } from "../support/checkpoints.ts";
import { MemoryFiles } from "../support/memory_files.ts";
import { DIR, fill, open, segments, sha256, SMALL, verify } from "../support/memory_journal.ts";
import { ed25519Verify } from "../../src/platform/ed25519.ts";

const LF = 10;
const LONG = LONGEST_LINE_BYTES + 100_000;
/** What one reading may hold of such a file at once: the line, as far as it shows that it is too long. */
const MOST_AT_ONCE = LONGEST_LINE_BYTES + 2;

/** Three segments; in `index` a line of {@link LONG} bytes follows the first record, with or without a line feed. */
async function withLongLine(index: number, isEnded: boolean) {
  const { journal, files } = open(new MemoryFiles(), SMALL);
  fill(journal, 16);
  await sign(files, journal);
  const { seq, hash } = journal.head();
  await journal.close();
  const path = segments(files)[index]!;
  const bytes = files.read(path);
  const offset = bytes.indexOf(LF) + 1;
  const next = new Uint8Array(offset + LONG).fill(97);
  next.set(bytes.subarray(0, offset));
  if (isEnded) next[next.length - 1] = LF;
  files.put(path, next);
  const read = files.readRange.bind(files);
  files.readRange = (path, offset, length) => {
    assert(length <= MOST_AT_ONCE, `${length} bytes are read at once`);
    return read(path, offset, length);
  };
  const segment = path.slice(DIR.length + 1);
  return { files, expected: { segment, seq: Number(segment.slice(0, 16)) + 1, offset }, end: { seq, hash }, next };
}

async function thrownBy(read: () => unknown): Promise<unknown> {
  try {
    await read();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

Deno.test("C3 a line that is longer than any record → named by segment, seq and offset by every reader, and not read", async () => {
  for (const isEnded of [true, false]) {
    const { files, expected, end, next } = await withLongLine(2, isEnded);
    const { segment } = expected;
    const from = { dir: DIR, files, sha256, pace: NO_PACE, filter: {} };
    const key = await signingKey(files);
    const readers: Readonly<Record<string, () => unknown>> = {
      "a start": () => open(files, { segmentBytes: 2500 }),
      query: () => queryRecords(from, { limit: 5, maxBytes: 1e6 }),
      "query by number": () => queryRecords({ ...from, filter: { from: 12, to: 16 } }, { limit: 5, maxBytes: 1e6 }),
      export: () => exportRecords(from, () => {}, () => Promise.resolve()),
      prove: () => proveInclusion({ dir: DIR, files, key, digest, verify: ed25519Verify }, 2),
      tail: () => recentRecords(files, DIR, { ...end, segment, offset: next.length }, 10, 8_000_000),
    };
    const looked = Object.entries(readers).slice(0, isEnded ? undefined : 1); // the others take no other way
    for (const [name, read] of looked) {
      const error = await thrownBy(read);
      const { what = "", ...place } = problemOf(error) ?? {};
      assertEquals(place, expected, `${name}: ${error}`);
      assert(what.startsWith("is longer than"), name);
    }
    const found = await verify(files);
    assert(!found.ok);
    assertEquals({ ...found.problem, what: "" }, { ...expected, what: "" });
  }
});

Deno.test("C3 a first or a middle segment with such a line → the same, for a pruning too", async () => {
  const { files, expected, end } = await withLongLine(0, true);
  const found = await verify(files);
  assert(!found.ok);
  assertEquals({ ...found.problem, what: "" }, { ...expected, what: "" });
  const snapshot = { ...end, segment: segments(files)[2]!.slice(DIR.length + 1), offset: 1 };
  const place = `"hash":"${end.hash}","offset":1,"segment":"${snapshot.segment}","seq":${end.seq}`;
  const text = `{"digest":"${"0".repeat(64)}","format":1,${place},"state":{}}\n`;
  files.put(`${DIR}/snapshot.json`, new TextEncoder().encode(text));
  const pruning = { dir: DIR, files, snapshot, olderThan: Infinity, covered: 100 };
  const error = assertThrows(() => prunable(pruning), ConsoleError);
  assertEquals({ ...problemOf(error), what: "" }, { ...expected, what: "" });
});

Deno.test("C3 a segment that begins with such a line is named, also where it is the last one", async () => {
  const { files } = await withLongLine(0, true);
  const path = `${DIR}/0000000000000099.jsonl`;
  files.put(path, new Uint8Array(LONG));
  const error = await assertRejects(() =>
    queryRecords({ dir: DIR, files, sha256, pace: NO_PACE, filter: {} }, {
      limit: 1,
      maxBytes: 100,
    }), ConsoleError);
  assertEquals({ ...problemOf(error), what: "" }, { segment: "0000000000000099.jsonl", seq: 99, offset: 0, what: "" });
});

Deno.test("C1 a record of a longer line is refused before anything is written, and the next one is not", () => {
  const { journal, files } = open(new MemoryFiles(), { fsync: "never", segmentBytes: 1 << 26 });
  fill(journal, 2);
  const { seq } = journal.head();
  const before = files.read(segments(files)[0]!);
  const text = "x".repeat(LONGEST_LINE_BYTES);
  const error = assertThrows(() => journal.append({ type: "a.b", actor: "x", data: { text } }), ConsoleError);
  assertEquals([error.kind, journal.head().seq, files.read(segments(files)[0]!)], ["too_large", seq, before]);
  journal.append({ type: "a.b", actor: "x", data: { text: text.slice(1000) } });
  assertEquals([journal.head().seq, open(files.restart()).journal.head().seq], [seq + 1, seq + 1]);
});
