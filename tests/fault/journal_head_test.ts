/** What the head file knows: a start misses what a verification misses, and no crash is taken for a fault. */
import { assert, assertEquals } from "@std/assert";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { type Problem, problemOf } from "../../src/journal/chain.ts";
import { HEAD_FILE, readHeadFile } from "../../src/journal/head_file.ts";
import type { FsyncPolicy } from "../../src/journal/group_sync.ts";
import { verifySigned } from "../support/checkpoints.ts";
import { rounds } from "../support/harness_wait.ts";
import { MemoryFiles } from "../support/memory_files.ts";
import { DIR, disk, fill, lines, open, putLines, segments } from "../support/memory_journal.ts";

const SMALL = { segmentBytes: 2500 };
const HEAD = `${DIR}.head`;

/** A closed journal with its head file. @param after records that the head file does not know */
async function withHead(count: number, after = 0, snapshotAt?: number): Promise<MemoryFiles> {
  const files = await disk(count, { ...SMALL, ...(snapshotAt === undefined ? {} : { snapshotAt }) });
  const { journal } = open(files, SMALL);
  await journal.keepHead();
  fill(journal, after);
  await journal.close();
  return files.restart();
}

const verified = (files: MemoryFiles) => verifySigned(files);

/** Start and verification find the same, and nothing is written. */
async function refused(files: MemoryFiles, says: string): Promise<Problem> {
  const before = files.contents();
  const changes = files.changes;
  const found = await verified(files);
  assert(!found.ok);
  let thrown: unknown;
  try {
    open(files, SMALL);
  } catch (error) {
    thrown = error;
  }
  assert(thrown instanceof ConsoleError && thrown.exitCode === 7, String(thrown));
  assert(thrown.message.includes(says), thrown.message);
  assert(thrown.hint?.includes("move journal.head"), thrown.hint);
  assertEquals(problemOf(thrown), found.problem);
  assertEquals([files.contents(), files.changes], [before, changes]);
  return found.problem;
}

Deno.test("C3 a head file that is there and is not what the daemon writes → no start, named, and without it one goes on", async () => {
  const whole = await withHead(20);
  const text = new TextDecoder().decode(whole.read(HEAD));
  for (
    const other of [
      ...["", "\n", "garbage", `\ufeff${text}`, ` ${text}`, text.slice(0, -1), `${text}\n`, text.slice(0, 40)],
      ...[text.replace('"seq":', '"seq":0'), text.replace('"offset":', '"offset":-'), text.replace("}", ',"x":1}')],
      ...["\0".repeat(text.length), text.padEnd(600, " "), text.replace('"hash"', '"Hash"')],
    ]
  ) {
    const files = whole.restart();
    files.put(HEAD, new TextEncoder().encode(other));
    const { segment, seq, offset } = await refused(files, "is not what the daemon writes");
    assertEquals([segment, seq, offset], [HEAD_FILE, 0, 0], other);
    files.remove(HEAD);
    open(files, SMALL);
  }
  const link = whole.restart();
  const stat = link.stat.bind(link);
  link.stat = (path) => path === HEAD ? { ...stat(path)!, kind: "symlink" } : stat(path);
  await refused(link, "is a symlink, not a file");
  const moved = whole.restart();
  const { offset } = readHeadFile(whole, DIR)!;
  moved.put(HEAD, new TextEncoder().encode(text.replace(`"offset":${offset}`, `"offset":${offset - 1}`)));
  await refused(moved, `ends at byte ${offset}, not at ${offset - 1} as journal.head says`);
});

Deno.test("C3 segments that the head file knew are gone: no start, the head file stays, and without it one goes on", async () => {
  const whole = await withHead(40);
  const paths = segments(whole);
  const { seq: counted } = readHeadFile(whole, DIR)!;
  for (let left = 0; left < paths.length; left++) {
    const files = whole.restart();
    for (const path of paths.slice(left)) files.remove(path);
    const { seq } = await refused(files, `journal.head counts ${counted} records`);
    assertEquals(seq, Number(paths[left]!.slice(-22, -6)));
    files.remove(HEAD);
    const { journal } = open(files, SMALL);
    assertEquals(journal.head().seq, seq - 1);
    fill(journal, 1);
    await journal.keepHead();
    await journal.close();
    assertEquals((await verified(files)).ok, true);
  }
});

Deno.test("C3 the record that the head file knew is another, stands elsewhere, or is unread: start and verify say so", async () => {
  const other = await disk(60, { ...SMALL, actor: "other" });
  for (const snapshotAt of [undefined, 39]) {
    const whole = await withHead(40, 5, snapshotAt);
    assertEquals(open(whole.restart(), SMALL).snapshotSeq > 0, snapshotAt !== undefined);
    const files = whole.restart();
    for (const path of segments(files)) files.remove(path);
    for (const path of segments(other)) files.put(path, other.read(path));
    files.changes = 0;
    await refused(files, "is not that of journal.head: one of the two was changed");
    const renamed = whole.restart();
    const text = new TextDecoder().decode(renamed.read(HEAD));
    const put = (changed: string) => renamed.put(HEAD, new TextEncoder().encode(changed));
    put(text.replace(/"segment":"\d+/, '"segment":"0000000000000001'));
    renamed.changes = 0;
    await refused(renamed, "is in 0000000000000001.jsonl, says journal.head");
    put(text.replace(/"hash":"\w+/, `"hash":"${"0".repeat(64)}`));
    renamed.changes = 0;
    await refused(renamed, "is not that of journal.head");
  }
});

Deno.test("C3 the head's record before the snapshot, which a start does not read, is compared where it stands", async () => {
  const { journal, files } = open(undefined, SMALL);
  fill(journal, 20);
  await journal.keepHead();
  fill(journal, 5);
  await journal.snapshot({ n: 1 });
  fill(journal, 3);
  await journal.close();
  const whole = files.restart();
  const { snapshotSeq, recovered } = open(whole.restart(), SMALL);
  assertEquals([snapshotSeq > readHeadFile(whole, DIR)!.seq, recovered], [true, undefined]);
  const text = new TextDecoder().decode(whole.read(HEAD));
  for (
    const [pattern, by] of [
      [/"hash":"\w+/, `"hash":"${"0".repeat(64)}`],
      [/"segment":"\d+/, '"segment":"0000000000000001'],
      [/"offset":\d+/, '"offset":9999999'],
      [/"offset":\d+/, '"offset":77'],
    ] as const
  ) {
    const changed = whole.restart();
    changed.put(HEAD, new TextEncoder().encode(text.replace(pattern, by)));
    let thrown: unknown;
    try {
      open(changed, SMALL);
    } catch (error) {
      thrown = error;
    }
    assert(thrown instanceof ConsoleError && thrown.exitCode === 7, String(pattern));
  }
});

Deno.test("C3 an end that the head file knew is cut off, to nothing too: no crash does that; what comes behind may be lost", async () => {
  for (const segmentBytes of [2500, 1 << 20]) {
    const options = { segmentBytes };
    const { files: whole, journal } = open(undefined, options);
    fill(journal, 30);
    await journal.keepHead();
    fill(journal, 4);
    await journal.close();
    const head = readHeadFile(whole, DIR)!;
    const path = `${DIR}/${head.segment}`;
    const bytes = whole.read(path);
    for (const later of segments(whole)) if (later > path) whole.remove(later);
    for (const size of [0, 1, 200, head.offset - 400, head.offset - 1, head.offset, head.offset + 1, bytes.length]) {
      const files = whole.restart();
      files.put(path, bytes.subarray(0, size));
      files.changes = 0;
      if (size < head.offset) {
        await refused(files, `journal.head counts ${head.seq} records`);
        files.remove(HEAD);
      }
      assertEquals((await verified(files)).ok, true, `${size}`);
      const { recovered, journal } = open(files, options);
      assertEquals([recovered?.missingUpTo, recovered?.lostHead], [undefined, undefined]);
      assertEquals(journal.head().seq >= head.seq, size >= head.offset);
      await journal.close();
    }
  }
});

Deno.test("C3 a head file is written when its record is on the disk, also of a record that an earlier process wrote", async () => {
  const { journal, files } = open(undefined, { fsync: "never" });
  fill(journal, 3); // then the process is killed
  assertEquals(files.syncs, 0);
  const next = open(files, { fsync: "never" });
  await next.journal.keepHead();
  assertEquals([readHeadFile(files, DIR)?.seq, next.journal.head().seq], [4, 4]);
  const after = files.afterPowerFailure();
  assertEquals([(await verified(after)).ok, open(after).journal.head().seq], [true, 4]);
});

Deno.test("C2 an earlier version went on without the head's record and wrote that down: that head counts no more", async () => {
  const whole = await withHead(30);
  const head = readHeadFile(whole, DIR)!;
  const path = segments(whole).at(-1)!;
  const all = lines(whole, path);
  for (let left = 0; left < all.length; left++) {
    const files = whole.restart();
    putLines(files, path, all.slice(0, left));
    const kept = files.read(HEAD);
    files.remove(HEAD);
    const { journal } = open(files, SMALL);
    const data = { segment: path.slice(DIR.length + 1), offset: 0, tornBytes: 0, keptIn: null };
    const loss = { missingUpTo: head.seq, lostHead: head.hash };
    journal.append({ type: "daemon.recovered", actor: "daemon", data: { ...data, ...loss } });
    await journal.close();
    files.put(HEAD, kept);
    const said = { seq: journal.head().seq, missingUpTo: head.seq };
    // It crashed before it kept a new head: the journal may end before the old one, or go beyond it.
    for (let more = 0; more < 10; more += 3) {
      const again = files.restart();
      const next = open(again, SMALL);
      assertEquals(next.recovered, undefined);
      fill(next.journal, more);
      const during = await verified(again);
      assertEquals(during.ok && during.lost, said);
      await next.journal.snapshot({ n: 1 }); // behind what says so
      await next.journal.close();
      const last = open(again.restart(), SMALL);
      assertEquals([last.snapshotSeq >= said.seq, last.recovered], [true, undefined]);
      const found = await verified(again);
      assertEquals(found.ok && found.lost, said);
      const gone = again.restart();
      const place = `${DIR}/${readHeadFile(gone, DIR)!.segment}`;
      for (const one of segments(gone)) if (one >= place) gone.remove(one);
      gone.changes = 0;
      await refused(gone, "journal.head counts"); // the new head is as good as the old one was
    }
  }
});

/** One life of a daemon, as far as the head file goes: it writes down what a start found lost. */
async function live(files: MemoryFiles, fsync: FsyncPolicy): Promise<void> {
  const { journal, recovered, time } = open(files, { segmentBytes: 1400, fsync });
  if (recovered !== undefined) journal.append({ type: "daemon.recovered", actor: "daemon", data: { ...recovered } });
  for (const step of ["head", "fill", "snapshot", "fill", "head", "fill"]) {
    fill(journal, 2);
    if (step === "fill") continue;
    const written = step === "head" ? journal.keepHead() : journal.snapshot({ step });
    written.catch(() => {}); // the crash may come first
    await time.pass(100);
    await written;
  }
  await journal.close();
}

Deno.test("C7 a crash or a power failure at each change of two lives after another → a start takes none for a fault", async () => {
  for (const fsync of ["interval", "never"] as const) {
    const dry = new MemoryFiles();
    await live(dry, fsync);
    assert(segments(dry).length >= 3);
    for (let first = 1; first <= dry.changes; first += rounds(5, 1)) {
      for (let second = 1; second <= dry.changes + 4; second += rounds(5, 1)) {
        const files = new MemoryFiles();
        files.crashAt(first, "half");
        await live(files, fsync).catch((error) => assert(files.isDead, String(error?.stack)));
        for (let next of [files.restart(), files.afterPowerFailure()]) {
          const what = `${fsync}, crash at ${first} and ${second}`;
          next.crashAt(second, "half");
          await live(next, fsync).catch((error) => assert(problemOf(error) === undefined, `${what}: ${error}`));
          next = second % 2 === 0 ? next.restart() : next.afterPowerFailure();
          await live(next, fsync);
          const found = await verified(next);
          assert(found.ok, `${what}: ${found.ok ? "" : found.problem.what}`);
        }
      }
    }
  }
});

Deno.test("C3 a forged snapshot that names a segment which never was is not used, and the rest is", async () => {
  const whole = await withHead(20, 0, 10);
  const { replayed } = open(whole.restart(), { ...SMALL, knowsState: false });
  const path = `${DIR}/snapshot.json`;
  const text = new TextDecoder().decode(whole.read(path));
  const files = whole.restart();
  const forged = text.replace(/"segment":"\d+\.jsonl","seq":\d+/, '"segment":"0000000000000900.jsonl","seq":950');
  files.put(path, new TextEncoder().encode(forged));
  const opened = open(files, SMALL);
  assertEquals([opened.restored, opened.replayed], [[], replayed]);
  assertEquals(opened.snapshotIgnored, "the journal ends before the record of snapshot.json");
  assertEquals(opened.recovered?.lostHead, undefined);
});
