/** When the daemon signs its journal, and what it says where it cannot. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { LastError } from "../../src/daemon/last_error.ts";
import { checkpointService } from "../../src/daemon/services/checkpoint_service.ts";
import { checkpointPath } from "../../src/journal/checkpoint_file.ts";
import type { Journal } from "../../src/journal/journal.ts";
import { entries, fault, KEYS } from "../support/checkpoints.ts";
import { MemoryFiles } from "../support/memory_files.ts";
import { DIR, FakeTime, fill, open, segments, settled } from "../support/memory_journal.ts";

function service(
  files: MemoryFiles,
  { journal, time, lookMs = 0 }: {
    readonly journal: Pick<Journal, "checkpoint" | "head">;
    readonly time: FakeTime;
    /** What the clock goes on by with each look at it, as if there was work between. */
    readonly lookMs?: number;
  },
) {
  const said: string[] = [];
  const say = (level: string) => (text: string, fields?: unknown) =>
    void said.push(`${level} ${text} ${JSON.stringify(fields ?? {})}`);
  const log = { debug: say("debug"), info: say("info"), warn: say("warn"), error: say("error") };
  const lastError = new LastError();
  const paths = { journal: DIR, keys: KEYS };
  const sleeps: number[] = [];
  const sleep = (ms: number, signal?: AbortSignal) => (sleeps.push(ms), time.timers.sleep(ms, signal));
  let looks = 0;
  const steady = () => time.clock.steady() + lookMs * looks++;
  const system = { files, uid: 1000, timers: { sleep }, clock: { steady } };
  const checkpoints = checkpointService({ journal, paths, log, lastError, ...system });
  /** What `work` comes to, with as much time as it waits for. */
  const over = async <T>(work: Promise<T>) => {
    let isOver = false;
    void work.catch(() => {}).then(() => isOver = true);
    for (let rounds = 0; !isOver; rounds++) {
      assert(rounds < 2000, "it does not end");
      await time.pass(2);
    }
    return await work;
  };
  const tick = async () => {
    const ticking = checkpoints.tick();
    await time.pass(1000);
    await over(ticking);
  };
  return { checkpoints, tick, over, said, sleeps, lastError };
}

function begun(files = new MemoryFiles(), { segmentBytes = 1 << 28, lookMs = 0 } = {}) {
  const opened = open(files, { fsync: "never", segmentBytes });
  return { ...opened, ...service(files, { ...opened, lookMs }) };
}

const sizes = (files: MemoryFiles) => entries(files).map(({ size }) => size);

Deno.test("C10 the key is made soon after the first start, and a checkpoint when 4096 records are not covered", async () => {
  const { journal, files, tick } = begun();
  fill(journal, 10);
  await tick();
  assert(files.stat(`${KEYS}/journal.key`) !== undefined);
  assertEquals(sizes(files), []);
  for (let many = 0; many < 3; many++) {
    fill(journal, 1400);
    await tick();
  }
  assertEquals(sizes(files), [journal.head().seq]);
  await tick();
  assertEquals(sizes(files).length, 1);
});

Deno.test("C10 while many records come a checkpoint waits, but not for ever", async () => {
  let seq = 0;
  const asked: number[] = [];
  const journal = { head: () => ({ seq, hash: "" }), checkpoint: () => Promise.resolve(void asked.push(seq)) };
  const { tick } = service(new MemoryFiles(), { journal, time: new FakeTime() });
  for (const next of [5000, 10_000, 131_000, 131_010, 270_000]) {
    seq = next;
    await tick();
  }
  assertEquals(asked, [131_010, 270_000], "2048 between two ticks are many; 131,072 that are not covered are too many");
});

Deno.test("C10 a few records are covered after ten minutes, and at the stop", async () => {
  const { journal, files, tick, time, checkpoints } = begun();
  fill(journal, 10);
  await tick();
  await time.pass(590_000);
  await tick();
  assertEquals(sizes(files), []);
  await time.pass(10_000);
  await tick();
  const [first] = sizes(files);
  assertEquals(first, journal.head().seq);
  await time.pass(700_000);
  await tick();
  assertEquals(sizes(files), [first], "nothing is new");
  fill(journal, 3);
  await checkpoints.stop();
  assertEquals(sizes(files), [first, first! + 3]);
});

Deno.test("C10 a daemon that ends before its first tick signs all the same, and the next goes on", async () => {
  const first = begun();
  fill(first.journal, 7);
  await first.checkpoints.stop();
  await first.journal.close();
  const next = begun(first.files.restart());
  fill(next.journal, 2);
  assertEquals(await next.checkpoints.cover(), next.journal.head().seq);
  assertEquals(sizes(next.files), [first.journal.head().seq, next.journal.head().seq]);
  assertEquals([...first.said, ...next.said], []);
});

Deno.test("C10 while it signs many records it rests after each 2 ms of work", async () => {
  const { journal, files, tick, sleeps } = begun(new MemoryFiles(), { lookMs: 1 });
  fill(journal, 8000);
  await tick(); // many came at once: others have the processor
  await tick();
  assertEquals(sizes(files), [journal.head().seq]);
  const [beginning, ...rests] = sleeps;
  assertEquals([beginning, new Set(rests)], [1000, new Set([2])]);
  // It looks at the clock behind each block of 64 KiB, which costs 1 ms here.
  const blocks = Math.floor(files.stat(segments(files)[0]!)!.size / (64 * 1024));
  assert(blocks >= 30 && rests.length >= Math.floor(blocks / 2), `${rests.length} rests in ${blocks} blocks`);
});

Deno.test("C10 a stop in the middle of the signing ends it after a second at most, and the next start goes on", async () => {
  const how = { segmentBytes: 700_000, lookMs: 2 };
  const first = begun(new MemoryFiles(), how);
  fill(first.journal, 8000);
  const { seq } = first.journal.head();
  await first.tick();
  const ticking = first.checkpoints.tick();
  for (let rounds = 0; sizes(first.files).length === 0; rounds++) {
    assert(rounds < 1000, "no segment is signed");
    await first.time.pass(2);
  }
  let isStopped = false;
  const stopping = first.checkpoints.stop().then(() => isStopped = true);
  await settled();
  assert(!isStopped, "it goes on as long as it may");
  await first.time.pass(1000);
  assert(isStopped);
  await Promise.all([ticking, stopping]);
  assertEquals(first.time.sleeping, 0);
  const before = sizes(first.files);
  assert(before.at(-1)! < seq, `${before} of ${seq}`);
  assertEquals(first.said, [], "that is no fault");
  await first.journal.close();
  const next = begun(first.files.restart(), how);
  assertEquals(await next.over(next.checkpoints.cover()), next.journal.head().seq);
  assertEquals(sizes(next.files).slice(0, before.length), before);
  assertEquals(await fault(next.files), undefined);
});

Deno.test("C10 without its key, or on a journal that lost what was signed, nothing is signed: log and status say so", async () => {
  const first = begun();
  fill(first.journal, 7);
  await first.checkpoints.stop();
  const signed = first.files.read(checkpointPath(DIR));
  const lost = first.files.restart();
  lost.remove(`${KEYS}/journal.key`);
  const other = open(new MemoryFiles(), { fsync: "never" });
  fill(other.journal, 3);
  for (const name of [checkpointPath(DIR), `${KEYS}/journal.key`]) other.files.put(name, first.files.read(name));
  for (
    const [files, says] of [
      [lost, "the key that signed journal.checkpoints is gone"],
      [other.files, "journal.checkpoints counts 8 records, and the journal has 4"],
    ] as const
  ) {
    const { checkpoints, said, lastError } = begun(files);
    assertEquals(await checkpoints.cover(), 0, "nothing is pruned on its word");
    await checkpoints.stop();
    assertEquals(said.length, 1, said.join());
    assert(said[0]!.startsWith("error no checkpoint"));
    assertStringIncludes(said[0]!, says);
    assertStringIncludes(lastError.text ?? "", says);
    assertEquals(files.read(checkpointPath(DIR)), signed);
  }
});

Deno.test("C6 a disk that takes no checkpoint is told once, and one is made when it takes it again", async () => {
  const { journal, files, checkpoints, said } = begun();
  fill(journal, 7);
  files.capacity = 0;
  await checkpoints.cover();
  await checkpoints.cover();
  assertEquals(said.length, 1, said.join());
  assert(said[0]!.startsWith("warn no checkpoint"), said[0]);
  files.capacity = Infinity;
  assertEquals(await checkpoints.cover(), journal.head().seq);
});
