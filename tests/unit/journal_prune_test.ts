/** Pruning: what goes, what stays, what is recorded, and that a beginning which nobody recorded is still missed. */
import { assert, assertEquals } from "@std/assert";
import { problemOf } from "../../src/journal/chain.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import type { Journal } from "../../src/journal/journal.ts";
import { type Verification, verifyJournal } from "../../src/journal/verify.ts";
import { HEAD_FILE, headPath, readHeadFile } from "../../src/journal/head_file.ts";
import { NO_PACE, verifySigned } from "../support/checkpoints.ts";
import { Crash, MemoryFiles } from "../support/memory_files.ts";
import {
  allLines,
  DIR,
  FakeTime,
  fill,
  lines,
  open,
  putLines,
  segments,
  settled,
  sha256,
  SMALL,
  verify,
} from "../support/memory_journal.ts";

const DAY = 86_400_000;
/** More than a verification of {@link aged} takes. */
const TURNS = 40;

interface Aged {
  readonly journal: Journal;
  readonly files: MemoryFiles;
  readonly time: FakeTime;
  /** Before it all of the first 40 records were written. */
  readonly noon: number;
}

/** 40 records, two days, 10 more and a snapshot. */
async function aged(): Promise<Aged> {
  const { journal, files, time } = open(new MemoryFiles(), SMALL);
  fill(journal, 40);
  await time.pass(DAY);
  const noon = time.clock.now();
  await time.pass(DAY);
  fill(journal, 10);
  await journal.snapshot({ n: 50 });
  return { journal, files, time, noon };
}

function names(files: MemoryFiles): string[] {
  return segments(files).map((path) => path.slice(DIR.length + 1));
}

async function ok(files: MemoryFiles): Promise<Extract<Verification, { ok: true }>> {
  const head = readHeadFile(files, DIR);
  const known = head === undefined ? [] : [{ name: HEAD_FILE, ...head }];
  const found = await verifyJournal({ dir: DIR, files, sha256, known });
  assert(found.ok, JSON.stringify(found));
  return found;
}

function refusal(files: MemoryFiles): ConsoleError {
  try {
    open(files, SMALL);
  } catch (error) {
    if (error instanceof ConsoleError) return error;
  }
  throw new Error("it was opened");
}

Deno.test("C3 pruning removes closed segments that are older, records which, and the journal verifies from there", async () => {
  const { journal, files, time, noon } = await aged();
  const before = names(files);
  const bytesBefore = journal.stats().bytes;
  const gone = await journal.prune(noon, Infinity);
  assert(gone !== undefined);
  assertEquals(names(files).filter((name) => before.includes(name)), before.slice(gone.segments.length));
  assertEquals([gone.first, gone.segments], [1, before.slice(0, gone.segments.length)]);
  const first = JSON.parse(lines(files, segments(files)[0]!)[0]!);
  assertEquals([first.seq, first.prev], [gone.last + 1, gone.hash]);
  assert(Date.parse(gone.until) < noon && Date.parse(first.ts) <= time.clock.now());
  const { data, type } = JSON.parse(lines(files, segments(files).at(-1)!).at(-1)!);
  assertEquals([type, data], ["journal.pruned", { ...gone }]);
  assert(journal.stats().bytes < bytesBefore);
  assertEquals(journal.stats().segments, names(files).length);
  const found = await ok(files);
  assertEquals([found.begins, found.size, found.segments], [gone.last + 1, journal.head().seq, names(files).length]);
  assertEquals(await journal.prune(noon, Infinity), undefined, "nothing is left that is older");
  await journal.close();
});

Deno.test("C3 a head file that names a pruned record is of another journal: verify and start say so", async () => {
  const { journal, files, noon } = await aged();
  const { hash, last, segments: went } = (await journal.prune(noon, Infinity))!;
  await journal.close();
  const old = files.restart();
  const text = `{"hash":"${hash}","offset":99,"segment":"${went.at(-1)}","seq":${last}}\n`;
  old.put(headPath(DIR), new TextEncoder().encode(text));
  const found = await verifySigned(old);
  assert(!found.ok);
  const { segment, seq, what } = found.problem;
  assertEquals([segment, seq, what], [went.at(-1), last, `is not that of ${HEAD_FILE}: one of the two was changed`]);
  assertEquals(problemOf(refusal(old)), found.problem);
});

Deno.test("C5 a start after pruning goes by the snapshot, also by later ones, and prunes again", async () => {
  const { journal, files, time, noon } = await aged();
  const gone = await journal.prune(noon, Infinity);
  await journal.close();
  let disk = files.restart();
  for (let round = 1; round <= 3; round++) {
    const next = open(disk, { ...SMALL, time });
    assertEquals(next.restored.length, 1, `round ${round}`);
    assertEquals(next.unknownBefore, undefined);
    const pace = { next: () => Promise.resolve() };
    assertEquals(
      await next.journal.prune(time.clock.now() + DAY, Infinity),
      undefined,
      "not before all records were checked",
    );
    assertEquals(await next.journal.verifyUnread(pace), undefined);
    fill(next.journal, 20);
    await next.journal.snapshot({ round });
    if (round === 2) {
      await time.pass(3 * DAY);
      const again = await next.journal.prune(time.clock.now(), Infinity);
      assertEquals(again?.first, gone!.last + 1);
    }
    await next.journal.close();
    disk = disk.restart();
    assertEquals((await ok(disk)).size, next.journal.head().seq);
  }
});

Deno.test("C3 nothing goes that a start needs: without a snapshot, behind it, the last segment", async () => {
  const { journal, files, time } = open(new MemoryFiles(), SMALL);
  fill(journal, 40);
  await time.pass(3 * DAY);
  const before = names(files);
  assertEquals(await journal.prune(time.clock.now(), Infinity), undefined, "there is no snapshot");
  await journal.snapshot({ n: 40 });
  fill(journal, 40);
  await time.pass(DAY);
  const gone = await journal.prune(time.clock.now(), Infinity);
  assertEquals(gone?.segments, before.slice(0, -1), "the snapshot's segment and all behind it stay");
  fill(journal, 100);
  files.remove(`${DIR}/snapshot.json`);
  await time.pass(DAY);
  assertEquals(await journal.prune(time.clock.now(), Infinity), undefined, "the snapshot is gone");
  await journal.close();
});

Deno.test("C3 a segment that is gone without a record of it is missed by start and verification", async () => {
  const { journal, files, noon } = await aged();
  const whole = files.restart();
  await journal.prune(noon, Infinity);
  await journal.close();
  const pruned = files.restart();
  const [oldest = ""] = segments(pruned);
  const seq = Number(oldest.slice(-22, -6));
  for (const [disk, expected] of [[whole, 1], [pruned, seq]] as const) {
    disk.remove(segments(disk)[0]!);
    const found = await verify(disk);
    assert(!found.ok);
    assertEquals([found.problem.seq, found.problem.what.includes("is missing")], [expected, true]);
    const { exitCode, message } = refusal(disk);
    assertEquals([exitCode, message.includes(`record ${expected} in`)], [7, true], message);
  }
});

Deno.test("C3 a beginning with another hash than the recorded one is found", async () => {
  const { journal, files, noon } = await aged();
  await journal.prune(noon, Infinity);
  await journal.close();
  const disk = files.restart();
  const [oldest = ""] = segments(disk);
  const [first = "", ...rest] = lines(disk, oldest);
  const record = JSON.parse(first);
  putLines(disk, oldest, [first.replace(record.prev, "ab".repeat(32)), ...rest]);
  const found = await verify(disk);
  assert(!found.ok);
  assertEquals([found.problem.seq, found.problem.what], [record.seq, "is altered: its hash is not that of its bytes"]);
  assertEquals(refusal(disk).exitCode, 7);
});

Deno.test("C3 a kept head proves what is there; one of a record that was pruned proves nothing any more", async () => {
  const { journal, files, noon } = await aged();
  const all = allLines(files).map((line) => JSON.parse(line));
  const gone = await journal.prune(noon, Infinity);
  await journal.close();
  const headOf = (seq: number) => ({ size: seq, hash: all[seq - 1].hash as string, format: 1 });
  const proven = async (seq: number, hash = headOf(seq).hash) => {
    const found = await verify(files, { ...headOf(seq), hash });
    return found.ok ? found.completeness : found.problem.what;
  };
  assertEquals(await proven(gone!.last + 1), "proven");
  assertEquals(await proven(gone!.last), "not proven");
  assertEquals(await proven(gone!.last - 1), "not proven");
  assertEquals(await proven(gone!.last, "ab".repeat(32)), "is not that of the kept head: it was rewritten");
});

Deno.test("C3 nothing is pruned while one of two readings of the records is under way", async () => {
  const { files, time, noon } = await aged();
  const { journal } = open(files.restart(), { ...SMALL, time });
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const unread = journal.verifyUnread({ next: () => held });
  assertEquals(await journal.verifyAgain(NO_PACE), undefined);
  assertEquals(await journal.prune(noon, Infinity), undefined);
  assertEquals([release(), await unread], [undefined, undefined]);
  assert(await journal.prune(noon, Infinity) !== undefined);
});

Deno.test("C7 a crash at each step of pruning leaves one journal, and the next start removes what is left", async () => {
  let step = 1;
  for (let done = false; !done; step++) {
    const { journal, files, time, noon } = await aged();
    const before = names(files);
    files.crashAt(step, step % 2 === 0 ? "half" : "all");
    try {
      const gone = await journal.prune(noon, Infinity);
      done = gone !== undefined;
    } catch (error) {
      assert(error instanceof Crash || String(error).includes("died at change"), String(error));
    }
    await settled();
    const disk = files.restart();
    await ok(disk);
    const stuck = disk.restart();
    stuck.undoError = new Error("EACCES");
    const { journal: held } = open(stuck, { ...SMALL, time });
    const next = open(disk, { ...SMALL, time });
    assertEquals([next.restored.length, next.unknownBefore], [1, undefined], `step ${step}`);
    assertEquals(held.head(), next.journal.head(), "files that cannot be removed are no fault");
    const recorded = segments(disk).flatMap((path) => lines(disk, path)).map((line) => JSON.parse(line))
      .find(({ type }) => type === "journal.pruned");
    const left = names(disk);
    const gone = recorded === undefined ? [] : recorded.data.segments as string[];
    const kept = left.filter((name) => before.includes(name));
    assertEquals(kept, before.filter((name) => !gone.includes(name)), `step ${step}`);
    assertEquals(next.journal.stats().segments, left.length);
    fill(next.journal, 1);
    await next.journal.close();
    await ok(disk);
  }
  assert(step > 6, `${step - 1} steps`);
});

Deno.test("C8 a verification during a pruning finds no fault, whenever that begins", async () => {
  const begins: (number | undefined)[] = [];
  const { now } = performance;
  let time = 0;
  performance.now = () => time += 1000; // at each look its turn is over: it leaves the others one
  try {
    for (let turns = 0; turns < TURNS; turns++) {
      const { journal, files, noon } = await aged();
      const verifying = ok(files);
      for (let i = 0; i < turns; i++) await new Promise((resolve) => setTimeout(resolve, 0));
      const gone = await journal.prune(noon, Infinity);
      assert(gone !== undefined);
      begins.push((await verifying).begins);
      assertEquals((await ok(files)).begins, gone.last + 1);
      await journal.close();
    }
  } finally {
    performance.now = now;
  }
  assertEquals(new Set(begins).size, 2, `some were read before it, some anew after it: ${begins}`);
});

Deno.test("C5 where the snapshot is gone after pruning, a start goes on with what is there and says from where", async () => {
  const { journal, files, time, noon } = await aged();
  const gone = await journal.prune(noon, Infinity);
  await journal.close();
  const disk = files.restart();
  disk.remove(`${DIR}/snapshot.json`);
  const next = open(disk, { ...SMALL, time });
  assertEquals([next.unknownBefore, next.restored.length, next.replayed[0]?.seq], [gone!.last + 1, 0, gone!.last + 1]);
  await next.journal.close();
});

Deno.test("the growth a day is known after the first day, and goes by what is there", async () => {
  const { journal, time } = open(new MemoryFiles(), SMALL);
  fill(journal, 40);
  assertEquals(journal.stats().bytesPerDay, undefined);
  await time.pass(2 * DAY);
  assertEquals(journal.stats().bytesPerDay, Math.round(journal.stats().bytes / 2));
  await journal.close();
});

Deno.test("C3 a verification that is begun while segments are about to go waits until they are gone", async () => {
  const { journal, files, noon } = await aged();
  let release = () => {};
  files.syncHeld = new Promise((resolve) => release = resolve);
  const pruning = journal.prune(noon, Infinity);
  const found = journal.verifyAgain({ next: settled });
  await settled();
  files.syncHeld = undefined;
  release();
  assert(await pruning !== undefined);
  assertEquals(await found, undefined);
});
