/**
 * C2, C6, C7: a start whose disk takes no copy of torn bytes is read-only and shows all records; once the disk has room the
 * torn end is kept and cut off, and the journal goes on. A fault at each change of that late cut loses nothing.
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { type CrashPart, MemoryFiles } from "../support/memory_files.ts";
import { isLong } from "../support/long_step.ts";
import { DIR, disk, fill, type Open, open, problem, segments, verify } from "../support/memory_journal.ts";

const SMALL = { segmentBytes: 1400 };
const RETRY_MS = 1000;
const PARTS: readonly CrashPart[] = ["none", "half", "all"];

interface Torn {
  readonly files: MemoryFiles;
  /** The bytes that are no record. */
  readonly bytes: Uint8Array;
}

/** What a crash can leave at the end; the last kind has two files to cut. */
const KINDS: Readonly<Record<string, (files: MemoryFiles) => Uint8Array>> = {
  "a torn record": (files) => {
    const path = segments(files).at(-1)!;
    const whole = files.read(path);
    const torn = whole.subarray(whole.lastIndexOf(10, whole.length - 2) + 1, -7);
    files.put(path, whole.subarray(0, -7));
    return torn;
  },
  "a torn new segment": (files) => {
    const path = segments(files).at(-1)!;
    files.put(path, files.read(path).subarray(0, 100));
    return files.read(path);
  },
  "a torn record, and a torn new segment behind it": (files) => {
    const torn = KINDS["a torn record"]!(files);
    files.put(`${DIR}/0000000000000099.jsonl`, new TextEncoder().encode('{"actor":"x"'));
    return torn;
  },
};

async function tornDisk(kind: string): Promise<Torn> {
  const files = await disk(12, SMALL);
  const bytes = KINDS[kind]!(files).slice();
  assert(bytes.length > 50);
  return { files, bytes };
}

/** A start on that disk, which is full; it has room again when this returns, and the second is over. */
async function startFull(files: MemoryFiles): Promise<Open & { readonly tornEnd: NonNullable<Open["tornEnd"]> }> {
  files.capacity = 0;
  const opened = open(files, SMALL);
  assert(opened.tornEnd !== undefined && opened.recovered === undefined);
  files.free();
  await opened.time.pass(RETRY_MS);
  return { ...opened, tornEnd: opened.tornEnd };
}

function readOnly(act: () => unknown): void {
  assertEquals((assertThrows(act, ConsoleError) as unknown as ConsoleError).kind, "read_only");
}

/** What the daemon does: cut, tell, go on. */
function goOn({ tornEnd, journal }: Pick<Open, "journal" | "tornEnd">): void {
  const recovered = tornEnd!.cut();
  journal.append({ type: "daemon.recovered", actor: "daemon", data: { ...recovered } });
}

function assertKept(files: MemoryFiles, bytes: Uint8Array, what: string): void {
  const copies = files.list(DIR).filter((name) => name.startsWith("torn-")).map((name) => files.read(`${DIR}/${name}`));
  assert(copies.some((copy) => String(copy) === String(bytes)), `${what}: the torn bytes are kept`);
}

async function assertWhole(files: MemoryFiles, torn: Uint8Array, atLeast: number, what: string): Promise<void> {
  const { journal } = open(files, SMALL);
  assert(journal.head().seq >= atLeast, `${what}: nothing is lost`);
  assertKept(files, torn, what);
  fill(journal, 8);
  await journal.close();
  assertEquals(await problem(files), undefined, what);
  const { replayed, recovered, tornEnd } = open(files.restart(), { ...SMALL, knowsState: false });
  assertEquals([recovered, tornEnd], [undefined, undefined], what);
  assertEquals(replayed.map(({ seq }) => seq), replayed.map((_, at) => at + 1), what);
}

for (const kind of Object.keys(KINDS)) {
  Deno.test(`C2 C6 ${kind} on a full disk: a start shows all records and writes nothing, until there is room`, async () => {
    const { files, bytes } = await tornDisk(kind);
    const before = files.contents();
    const whole = open(files.restart(), SMALL);
    files.capacity = 0;
    for (let start = 0; start < 3; start++) {
      const { journal, replayed, recovered, tornEnd, time } = open(files, SMALL);
      assertEquals([journal.head(), replayed], [whole.journal.head(), whole.replayed]);
      const { bytes, segments, readOnly: why = "" } = journal.stats();
      assertEquals([bytes, segments], [whole.journal.stats().bytes, whole.journal.stats().segments]);
      assert(why.includes("ENOSPC"), why);
      assertEquals(journal.tail(1), whole.replayed.slice(-1), "reading goes on");
      assertEquals([recovered, tornEnd?.missingUpTo], [undefined, whole.recovered?.missingUpTo]);
      for (let second = 0; second < 3; second++) {
        readOnly(() => fill(journal, 1));
        readOnly(() => tornEnd!.cut());
        journal.keepWritable();
        await time.pass(RETRY_MS);
      }
      assertEquals(files.contents(), before, "no part of a copy is left, and nothing is cut");
      assertEquals((await verify(files)).ok, true, "verify takes it for an unfinished record");
      await journal.close();
      assertEquals(files.contents(), before);
    }
    const { journal, tornEnd } = await startFull(files);
    assertEquals(tornEnd.cut(), whole.recovered, "what a start with room says");
    assertKept(files, bytes, kind);
    assertEquals(journal.head(), whole.journal.head());
    await journal.close();
    await assertWhole(files, bytes, whole.journal.head().seq, kind);
  });

  Deno.test(`C6 ${kind} is cut off before a record that comes without waiting for it`, async () => {
    const { files, bytes } = await tornDisk(kind);
    const { journal, tornEnd } = await startFull(files);
    const { seq } = journal.head();
    fill(journal, 1);
    assertEquals(tornEnd.cut()?.keptIn?.startsWith("torn-"), true, "it is still told");
    await journal.close();
    await assertWhole(files, bytes, seq + 1, kind);
  });

  Deno.test(`C7 ${kind}: a crash, a power failure or a failed call at each change of the late cut loses nothing`, async () => {
    const dry = await tornDisk(kind);
    const opened = await startFull(dry.files);
    const { seq } = opened.journal.head();
    const from = dry.files.changes;
    goOn(opened);
    const count = dry.files.changes - from;
    assert(count >= 5, `${count} changes`);
    for (let step = 1; step <= count; step++) {
      for (const part of isLong ? PARTS : [PARTS[step % PARTS.length]!]) {
        const what = `${kind}, ${step} of ${count} (${part})`;
        const crashed = await tornDisk(kind);
        const dead = await startFull(crashed.files);
        crashed.files.crashAt(step, part);
        try {
          goOn(dead);
        } catch (error) {
          assert(crashed.files.isDead, String(error));
        }
        await assertWhole(crashed.files.restart(), crashed.bytes, seq, `crash, ${what}`);
        await assertWhole(crashed.files.afterPowerFailure(), crashed.bytes, seq, `power failure, ${what}`);

        const failing = await tornDisk(kind);
        const alive = await startFull(failing.files);
        failing.files.failAt(step, part);
        readOnly(() => goOn(alive));
        assertEquals(alive.journal.head().seq, seq);
        await alive.time.pass(RETRY_MS);
        goOn(alive);
        const { tornBytes, keptIn } = alive.journal.tail(1)[0]!.data as { tornBytes: number; keptIn: string };
        assert(tornBytes >= failing.bytes.length && keptIn.startsWith("torn-"), `${what}: it is told whole`);
        await alive.journal.close();
        await assertWhole(failing.files, failing.bytes, seq + 1, `failed call, ${what}`);
      }
    }
  });
}

Deno.test("C6 what somebody appended to a torn end meanwhile is kept with it", async () => {
  const { files, bytes } = await tornDisk("a torn record");
  const { journal, tornEnd } = await startFull(files);
  const path = segments(files).at(-1)!;
  const more = new TextEncoder().encode("more\n");
  files.put(path, new Uint8Array([...files.read(path), ...more]));
  assertEquals(tornEnd.cut()?.tornBytes, bytes.length + more.length);
  fill(journal, 1);
  await journal.close();
  await assertWhole(files, new Uint8Array([...bytes, ...more]), journal.head().seq, "both");
});

Deno.test("C6 a disk that refuses to cut, with room for the copy, makes one copy however often it is tried", async () => {
  const { files, bytes } = await tornDisk("a torn record");
  files.undoError = new Error("EROFS: read-only file system");
  const { journal, tornEnd, time } = open(files, SMALL);
  for (let second = 0; second < 3; second++) {
    readOnly(() => tornEnd!.cut());
    await time.pass(RETRY_MS);
  }
  files.undoError = undefined;
  assertEquals(tornEnd!.cut()?.tornBytes, bytes.length);
  assertEquals(files.list(DIR).filter((name) => name.startsWith("torn-")).length, 1);
  fill(journal, 1);
  await journal.close();
  await assertWhole(files, bytes, journal.head().seq, "cut");
});

Deno.test("C6 a journal whose first record was torn starts empty on a full disk, and begins when there is room", async () => {
  const files = new MemoryFiles();
  files.mkdir(DIR, 0o700);
  const torn = new TextEncoder().encode('{"actor":"daemon","data":{"first":1,"form');
  files.put(`${DIR}/0000000000000001.jsonl`, torn);
  const { journal, tornEnd } = await startFull(files);
  assertEquals(journal.head().seq, 0);
  assertEquals(tornEnd.cut()?.tornBytes, torn.length);
  fill(journal, 1);
  await journal.close();
  await assertWhole(files, torn, 2, "the first record");
});
