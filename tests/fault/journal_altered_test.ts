import { assert, assertEquals } from "@std/assert";
import { problemOf } from "../../src/journal/chain.ts";
import { parseHead } from "../../src/journal/head.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { CHECKPOINT_FILE, checkpointPath } from "../../src/journal/checkpoint_file.ts";
import { HEAD_FILE, headPath } from "../../src/journal/head_file.ts";
import type { NoteKey } from "../../src/merkle/note.ts";
import { signingKey, verifySigned } from "../support/checkpoints.ts";
import { flippedBits, signedHome } from "../support/flipped_bits.ts";
import type { MemoryFiles } from "../support/memory_files.ts";
import { DIR, disk, fill, lines, open, putLines, segments, verify } from "../support/memory_journal.ts";

const SMALL = { segmentBytes: 2500 };

/** Both ways to look at it name the same place and write nothing. */
async function found(
  files: MemoryFiles,
  what: string,
  key?: NoteKey,
): Promise<{ segment: string; seq: number; offset: number }> {
  const before = files.contents();
  const result = key === undefined ? await verify(files) : await verifySigned(files, { key });
  assert(!result.ok, `verify: ${what}`);
  let error: unknown;
  try {
    open(files, SMALL);
  } catch (thrown) {
    error = thrown;
  }
  assert(error instanceof ConsoleError, `open: ${what}`);
  assertEquals(files.contents(), before, `${what}: nothing is written`);
  assertEquals(files.changes, 0);
  if (error.kind === "incompatible") assertEquals(result.problem.offset, 0, "a flip in the format number");
  else {
    assertEquals([error.kind, error.exitCode], ["journal_broken", 7], what);
    // Which of the two was changed, the head file or its record, only a signature shows, and a start reads none.
    if (result.problem.what.startsWith("was changed: ")) assert(error.message.includes(HEAD_FILE), what);
    else assertEquals(problemOf(error), result.problem, what);
    assert(error.hint !== undefined, `${what}: it says what to do`);
  }
  const { segment, seq, offset } = result.problem;
  return { segment, seq, offset };
}

/**
 * There is no exception: no bit is without a meaning. A second form of a number, a letter or a hash is taken nowhere, and
 * what stands unsigned beside a signed note is held against the record that it names.
 */
Deno.test("C3 a flipped bit in segments, head file and checkpoints → named by its place, nothing written", async () => {
  const whole = await signedHome();
  const key = await signingKey(whole);
  assertEquals((await verifySigned(whole, { key })).ok, true);
  for (const { path, files, at, what } of flippedBits(whole)) {
    const bytes = whole.read(path);
    const line = at === 0 ? 0 : bytes.lastIndexOf(10, at - 1) + 1;
    if (path === checkpointPath(DIR)) { // a start reads no checkpoint
      const result = await verifySigned(files, { key });
      assert(!result.ok, what);
      assertEquals([result.problem.segment, result.problem.offset], [CHECKPOINT_FILE, line], what);
      continue;
    }
    const { segment, seq, offset } = await found(files, what, key);
    if (path === headPath(DIR)) {
      assert(segment === HEAD_FILE || segments(whole).includes(`${DIR}/${segment}`), what);
      continue;
    }
    const record = Number(path.slice(-22, -6)) + bytes.subarray(0, at).filter((byte) => byte === 10).length;
    assertEquals([segment, seq, offset], [path.slice(DIR.length + 1), record, line], what);
  }
});

Deno.test("C3 all bits of the last line, its line feed included", async () => {
  const whole = await disk(3);
  const [path] = segments(whole);
  const bytes = whole.read(path!);
  const start = bytes.lastIndexOf(10, bytes.length - 2) + 1;
  for (let at = start; at < bytes.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const files = whole.restart();
      const flipped = bytes.slice();
      flipped[at]! ^= 1 << bit;
      files.put(path!, flipped);
      assertEquals((await found(files, `bit ${bit} of byte ${at}`)).offset, start);
    }
  }
});

Deno.test("C3 a record deleted, doubled, swapped, inserted or moved to another segment → found", async () => {
  const whole = await disk(30, SMALL);
  const paths = segments(whole);
  const [path, other] = [paths[1]!, paths[2]!];
  const all = lines(whole, path);
  const first = Number(path.slice(-22, -6));
  const put = (changed: readonly string[]) => {
    const files = whole.restart();
    putLines(files, path, changed);
    return files;
  };
  for (let i = 0; i < all.length; i++) {
    const deleted = await found(put(all.toSpliced(i, 1)), `record ${i} deleted`);
    assertEquals(deleted.seq, first + i);
    assertEquals((await found(put(all.toSpliced(i, 0, all[i]!)), "doubled")).seq, first + i + 1);
    if (i + 1 < all.length) {
      assertEquals((await found(put(all.toSpliced(i, 2, all[i + 1]!, all[i]!)), "swapped")).seq, first + i);
    }
    assertEquals((await found(put(all.toSpliced(i, 0, "{}")), "inserted")).seq, first + i);
    assertEquals((await found(put(all.toSpliced(i, 0, "")), "an empty line")).seq, first + i);
    const foreign = lines(whole, other)[1]!;
    assertEquals((await found(put(all.toSpliced(i, 0, foreign)), "from another segment")).seq, first + i);
  }
});

Deno.test("C3 a segment deleted, swapped, renamed, emptied, doubled or joined → found", async () => {
  const whole = await disk(40, SMALL);
  const paths = segments(whole);
  assert(paths.length >= 4);
  const firsts = paths.map((path) => Number(path.slice(-22, -6)));
  for (let i = 0; i + 1 < paths.length; i++) {
    const [path, next] = [paths[i]!, paths[i + 1]!];
    const deleted = whole.restart();
    deleted.remove(path);
    deleted.changes = 0;
    const name = path.slice(DIR.length + 1);
    assertEquals(await found(deleted, `${name} deleted`), { segment: name, seq: firsts[i]!, offset: 0 });
    const swapped = whole.restart();
    swapped.put(path, whole.read(next));
    swapped.put(next, whole.read(path));
    assertEquals((await found(swapped, "swapped")).seq, firsts[i]);
    const emptied = whole.restart();
    emptied.put(path, new Uint8Array(0));
    assertEquals((await found(emptied, "emptied")).seq, firsts[i]);
    const doubled = whole.restart();
    doubled.put(`${DIR}/${String(firsts[i]! + 1).padStart(16, "0")}.jsonl`, whole.read(path));
    await found(doubled, "doubled");
    const joined = whole.restart();
    joined.put(path, new Uint8Array([...whole.read(path), ...whole.read(next)]));
    joined.remove(next);
    joined.changes = 0;
    assertEquals((await found(joined, "joined")).seq, firsts[i + 1]);
    const cut = whole.restart();
    cut.put(path, whole.read(path).subarray(0, -9));
    await found(cut, "cut in the middle of the journal");
  }
});

Deno.test("C3 a snapshot hides no deleted or swapped segment before it", async () => {
  const whole = await disk(40, { ...SMALL, snapshotAt: 38 });
  const paths = segments(whole);
  const broken = (change: (files: MemoryFiles) => void) => {
    const files = whole.restart();
    change(files);
    const before = files.contents();
    try {
      open(files, SMALL);
    } catch (error) {
      assert(error instanceof ConsoleError && error.kind === "journal_broken", String(error));
      assertEquals(files.contents(), before);
      return error.details["seq"];
    }
    throw new Error("was opened");
  };
  for (let i = 0; i < paths.length - 1; i++) {
    const seq = Number(paths[i]!.slice(-22, -6));
    assertEquals(broken((files) => files.remove(paths[i]!)), seq);
    broken((files) => files.put(paths[i]!, whole.read(paths[i + 1]!)));
    broken((files) => putLines(files, paths[i]!, lines(whole, paths[i]!).slice(0, -1)));
    broken((files) => putLines(files, paths[i]!, lines(whole, paths[i]!).slice(1)));
    broken((files) => files.put(paths[i]!, whole.read(paths[i]!).with(-1, 11)));
    broken((files) => files.put(paths[i]!, whole.read(paths[i]!).subarray(0, -1)));
  }
});

Deno.test("C3 an altered or foreign snapshot is not used", async () => {
  const whole = await disk(20, { snapshotAt: 10 });
  const path = `${DIR}/snapshot.json`;
  const { replayed } = open(whole.restart(), { knowsState: false });
  const text = new TextDecoder().decode(whole.read(path));
  for (
    const other of [
      text.replace('"n":10', '"n":11'),
      text.replace(/"offset":\d+/, '"offset":400'),
      text.replace(/"seq":\d+/, '"seq":3'),
      text.replace(/"hash":"./, '"hash":"z'),
      text.replace('"format":1', '"format":9'),
      text.slice(0, -20),
      "",
    ]
  ) {
    const files = whole.restart();
    files.put(path, new TextEncoder().encode(other));
    const opened = open(files);
    assertEquals([opened.restored, opened.replayed], [[], replayed]);
    assertEquals(typeof opened.snapshotIgnored, "string");
  }
});

Deno.test("C4 whole records cut from the end → only a kept head shows it", async () => {
  const whole = await disk(30, SMALL);
  const kept = open(whole.restart(), SMALL).journal.head();
  const head = parseHead(JSON.parse(JSON.stringify({ schema: 1, size: kept.seq, hash: kept.hash, format: 1 })));
  const sound = await verify(whole, head);
  assert(sound.ok && sound.completeness === "proven" && sound.provenUpTo === kept.seq);
  const path = segments(whole).at(-1)!;
  const all = lines(whole, path);
  for (let left = 0; left < all.length; left++) {
    const files = whole.restart();
    if (left === 0) files.remove(path);
    else putLines(files, path, all.slice(0, left));
    const without = await verify(files);
    assert(without.ok && without.completeness === "not proven");
    const against = await verify(files, head);
    assert(!against.ok);
    assertEquals(against.problem.seq, without.size + 1);
  }
});

Deno.test("C4 a full rewrite → verify against a kept head finds it, and growth is no alarm", async () => {
  const { journal, files } = open();
  fill(journal, 10);
  const { seq, hash } = journal.head();
  fill(journal, 10);
  assertEquals((await verify(files, { size: seq, hash, format: 1 })).ok, true);
  const other = open();
  for (let i = 0; i < 30; i++) other.journal.append({ type: "a.b", actor: "x", data: { i } });
  const result = await verify(other.files, { size: seq, hash, format: 1 });
  assert(!result.ok && result.problem.seq === seq);
  assertEquals((await verify(files, { size: 0, hash: "0".repeat(64), format: 1 })).ok, true);
});

Deno.test("F3 a newer journal → exit 5, bytes unchanged, also where only its last segment is newer", async () => {
  const whole = await disk(30, SMALL);
  for (const path of segments(whole)) {
    for (const format of ["2", "999"]) {
      const files = whole.restart();
      const text = new TextDecoder().decode(files.read(path));
      files.put(path, new TextEncoder().encode(text.replace('"format":1', `"format":${format}`)));
      const before = files.contents();
      try {
        open(files, SMALL);
        throw new Error("was opened");
      } catch (error) {
        assert(error instanceof ConsoleError, String(error));
        assertEquals([error.kind, error.exitCode], ["incompatible", 5]);
      }
      assertEquals(files.contents(), before);
    }
  }
});

Deno.test("F3 a head of a newer format, or none at all, is refused", () => {
  const hash = "a".repeat(64);
  const kind = (value: unknown) => {
    try {
      parseHead(value);
      return "taken";
    } catch (error) {
      return error instanceof ConsoleError ? error.kind : "?";
    }
  };
  assertEquals(kind({ schema: 1, size: 3, hash, format: 1 }), "taken");
  assertEquals(kind({ schema: 1, size: 3, hash, format: 2 }), "incompatible");
  for (
    const bad of [null, 3, [], {}, { size: -1, hash, format: 1 }, { size: 1.5, hash, format: 1 }, {
      size: 0,
      hash,
      format: 1,
    }, { size: 3, hash: "xyz", format: 1 }]
  ) assertEquals(kind(bad), "usage");
});

Deno.test("C8 100 verifies while a journal grows, rotates and fills its disk → no false alarm", async () => {
  const { journal, files, time } = open(undefined, { segmentBytes: 3000 });
  fill(journal, 20);
  for (let round = 0; round < 100; round++) {
    const kept = journal.head();
    const reads = files.readRange.bind(files);
    let left = 1 + round % 12;
    files.readRange = (path, offset, length) => { // the daemon writes between any two reads
      if (left-- > 0) {
        if (round % 10 === 9) files.capacity = journal.stats().bytes + 200;
        try {
          fill(journal, 1 + round % 3);
        } catch (error) {
          assert(error instanceof ConsoleError && error.kind === "read_only");
        }
        files.capacity = Infinity;
      }
      return reads(path, offset, length);
    };
    const result = await verify(files, { size: kept.seq, hash: kept.hash, format: 1 });
    files.readRange = reads;
    assert(result.ok, JSON.stringify(result));
    assert(result.size >= kept.seq);
    await time.pass(1000);
  }
  assert(segments(files).length > 20);
});
