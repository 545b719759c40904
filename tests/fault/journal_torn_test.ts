import { assert, assertEquals } from "@std/assert";
import { rounds } from "../support/harness_wait.ts";
import { Crash, type CrashPart, MemoryFiles } from "../support/memory_files.ts";
import { DIR, disk, fill, open, problem, segments, verify } from "../support/memory_journal.ts";

const SMALL = { segmentBytes: 2500 };

const textOf = (files: MemoryFiles) => new TextDecoder().decode(files.read(`${DIR}/snapshot.json`));

async function cutEverywhere(snapshotAt?: number): Promise<void> {
  const whole = await disk(40, { ...SMALL, ...(snapshotAt === undefined ? {} : { snapshotAt }) });
  const { replayed: all } = open(whole.restart(), { ...SMALL, knowsState: false });
  const path = segments(whole).at(-1)!;
  const bytes = whole.read(path);
  assert(bytes.length > 700);
  const snapshotSeq = snapshotAt === undefined ? 0 : Number(/"seq":(\d+),"state"/.exec(textOf(whole))![1]);
  for (let cut = 0; cut <= bytes.length; cut++) {
    // The short run takes every fifth byte, and all about the end of a record.
    const isAtAnEnd = bytes.subarray(Math.max(0, bytes.length - cut - 2), bytes.length - cut + 1).includes(10);
    if (cut % rounds(5, 1) !== 0 && cut !== bytes.length && !isAtAnEnd) continue;
    const files = whole.restart();
    files.put(path, bytes.subarray(0, bytes.length - cut));
    assertEquals((await verify(files)).ok, true, "verify takes a torn end for an unfinished one");
    const left = bytes.subarray(0, bytes.length - cut);
    const tornAt = left.lastIndexOf(10) + 1;
    const { journal, recovered, replayed, restored } = open(files, SMALL);
    const { seq, hash } = journal.head();
    assertEquals(hash, all[seq - 1]!.hash);
    assertEquals(replayed, all.slice(restored.length === 0 ? 0 : seq - replayed.length, seq));
    const torn = left.subarray(tornAt);
    if (torn.length > 0) {
      const name = `torn-${Number(path.slice(-22, -6))}-${tornAt}.bin`;
      const { segment, offset, tornBytes, keptIn } = recovered!;
      assertEquals([segment, offset, tornBytes, keptIn], [path.slice(DIR.length + 1), tornAt, torn.length, name]);
      assertEquals(files.read(`${DIR}/${name}`), torn);
      assertEquals(files.stat(`${DIR}/${name}`)?.mode, 0o600);
    } else if (restored.length > 0 || snapshotAt === undefined && left.length > 0) assertEquals(recovered, undefined);
    if (snapshotAt !== undefined && restored.length === 0 && seq < snapshotSeq) {
      assertEquals(typeof recovered?.missingUpTo, "number");
      assert(recovered!.missingUpTo! > seq);
    }
    fill(journal, 3);
    await journal.close();
    assertEquals((await verify(files)).ok, true);
    assertEquals(open(files.restart(), SMALL).recovered?.tornBytes ?? 0, 0);
  }
}

Deno.test("C2 the last segment cut at any byte → starts, torn bytes kept aside", () => cutEverywhere());

Deno.test("C2 also where a snapshot knew more than what is left", () => cutEverywhere(40));

Deno.test("C2 also where the snapshot is older", () => cutEverywhere(20));

Deno.test("C2 zeros that a power failure left at the end are torn bytes", async () => {
  const files = await disk(10);
  const path = segments(files)[0]!;
  const bytes = files.read(path);
  files.put(path, new Uint8Array([...bytes, ...new Uint8Array(5000)]));
  const { recovered, journal } = open(files);
  assertEquals([recovered?.tornBytes, recovered?.offset, journal.head().seq], [5000, bytes.length, 11]);
});

Deno.test("C2 a torn end at the same place twice keeps both", async () => {
  const files = await disk(5);
  const path = segments(files)[0]!;
  const bytes = files.read(path);
  for (const junk of ["first", "second", "first"]) {
    files.put(path, new Uint8Array([...bytes, ...new TextEncoder().encode(junk)]));
    open(files);
  }
  const kept = files.list(DIR).filter((name) => name.startsWith("torn-"));
  assertEquals(kept, [`torn-1-${bytes.length}-2.bin`, `torn-1-${bytes.length}.bin`]);
});

Deno.test("C5 a crash between append and snapshot → starts without alarm, from the older snapshot", async () => {
  const files = await disk(30, { ...SMALL, snapshotAt: 12 });
  const { restored, replayed, recovered, snapshotIgnored, journal } = open(files, SMALL);
  assertEquals([restored, recovered, snapshotIgnored], [[{ n: 12 }], undefined, undefined]);
  assertEquals(replayed.at(-1)?.seq, journal.head().seq);
  assertEquals(replayed.length < journal.head().seq, true);
  assertEquals(journal.stats().lastVerifiedAt, null);
  const full = open(files.restart(), { ...SMALL, knowsState: false });
  assertEquals(full.replayed.slice(-replayed.length), replayed);
  assertEquals(full.snapshotIgnored, "the state in snapshot.json is not understood");
});

/** One life of a daemon: appends over several rotations, with a snapshot on the way. */
async function live(files: MemoryFiles, acknowledged: number[]): Promise<void> {
  const { journal, time } = open(files, { segmentBytes: 1400 });
  for (let i = 0; i < 10; i++) {
    for (const { seq } of journal.append({ type: "a.b", actor: "x", data: { i, text: "z".repeat(150) } })) {
      acknowledged.push(seq);
    }
    if (i === 4) {
      const written = journal.snapshot({ i });
      written.catch(() => {}); // the crash may come first
      await time.pass(100);
      await written;
    }
  }
  await time.pass(100);
  await journal.close();
}

async function survives(files: MemoryFiles, atLeast: number, what: string): Promise<void> {
  const { journal } = open(files, { segmentBytes: 1400 });
  const { seq } = journal.head();
  assert(seq >= atLeast, `${what}: record ${atLeast} was acknowledged, the journal ends at ${seq}`);
  fill(journal, 8);
  await journal.close();
  assertEquals(await problem(files), undefined, what);
  const again = open(files.restart(), { segmentBytes: 1400, knowsState: false });
  assertEquals(again.replayed.map((record) => record.seq), again.replayed.map((_, i) => i + 1), what);
}

Deno.test("C7 a crash at each change, rotation and snapshot included → one chain, nothing acknowledged lost", async () => {
  const parts: CrashPart[] = ["none", "half", "all"];
  const dry = new MemoryFiles();
  await live(dry, []);
  assert(segments(dry).length >= 3);
  for (let step = 1; step <= dry.changes; step++) {
    for (const part of parts) {
      const files = new MemoryFiles();
      files.crashAt(step, part);
      const acknowledged: number[] = [];
      await live(files, acknowledged).catch((error) => assert(files.isDead, String(error?.stack)));
      const what = `crash at ${step}/${dry.changes} (${part})`;
      assertEquals(await problem(files.restart()), undefined, what);
      await survives(files.restart(), acknowledged.at(-1) ?? 0, what);
      await survives(files.afterPowerFailure(), 0, `power failure at ${step} (${part})`);
    }
  }
});

Deno.test("C7 a crash at each change of recovery itself → the next start recovers", async () => {
  const whole = await disk(12, { segmentBytes: 1400 });
  const torn = new Map([
    ["torn end", (files: MemoryFiles, path: string) => files.put(path, files.read(path).subarray(0, -7))],
    ["torn new segment", (files: MemoryFiles, path: string) => files.put(path, files.read(path).subarray(0, 100))],
    ["empty new segment", (files: MemoryFiles, path: string) => files.put(path, new Uint8Array(0))],
  ]);
  for (const [name, tear] of torn) {
    for (let step = 1; step < 9; step++) {
      for (const part of ["none", "half", "all"] as const) {
        const files = whole.restart();
        tear(files, segments(files).at(-1)!);
        files.crashAt(step, part);
        try {
          open(files, { segmentBytes: 1400 });
        } catch (error) {
          assert(
            error instanceof Error && (error instanceof Crash || error.message.includes("died at")),
            String(error),
          );
        }
        await survives(files.restart(), 10, `${name}, crash at ${step} (${part})`);
      }
    }
  }
});

Deno.test("C7 an end of the old segment that the disk lost is told, where the new one is still empty", async () => {
  const files = await disk(4);
  files.put(`${DIR}/0000000000000009.jsonl`, new Uint8Array(0));
  const { recovered, journal } = open(files);
  assertEquals([recovered?.missingUpTo, recovered?.tornBytes, journal.head().seq], [8, 0, 5]);
  assertEquals(segments(files).length, 1);
});
