/**
 * C5, C6, C7, C9, C10: a fault at a change of a whole life, one life for each change and each kind of fault. What was
 * acknowledged is there once and in order, all verifies, checkpoints and their key included, what was pruned stays gone, and
 * the next life goes well. The long run takes each change of the life, the short one some of them: the titles say which.
 */
import { assert, assertEquals } from "@std/assert";
import type { FsyncPolicy } from "../../src/journal/group_sync.ts";
import { fault } from "../support/checkpoints.ts";
import { rounds } from "../support/harness_wait.ts";
import { isLong } from "../support/long_step.ts";
import { Life, type LifeOptions } from "../support/journal_life.ts";
import { type CrashPart, MemoryFiles } from "../support/memory_files.ts";

const PARTS: readonly CrashPart[] = ["none", "half", "all"];

/** How many records a whole life prunes. */
const PRUNED = 15;

/** The life goes on after a failure; a full disk has room again after the third of one operation. */
const mending = (files: MemoryFiles) => ({ mend: (failures: number) => void (failures === 3 && files.free()) });

/** How many changes a life is made of that nothing happens to. */
async function changesOf(options: LifeOptions = {}): Promise<number> {
  const files = new MemoryFiles();
  const life = await lived(files, options);
  assertEquals(life.pruned, PRUNED, "an undisturbed life prunes");
  await assertGoesOn(files.restart(), life, life.acknowledged.length, "after an undisturbed life");
  assert(files.changes > 100, `${files.changes} changes`);
  return files.changes;
}

/** Lives to the stop, or to the crash. */
async function lived(files: MemoryFiles, options: LifeOptions): Promise<Life> {
  const life = new Life(files, options);
  await life.start().then(() => life.live()).catch((error) => assert(files.isDead, String(error?.stack)));
  return life;
}

/** How a title calls what {@link steps} takes. */
const eachChange = (every: number) => isLong ? "each change" : `each ${every}th change`;

/** The whole numbers from 1 to `count`; the short run takes each `every`-th, another one for each `turn`. */
function steps(count: number, every: number, turn: number): number[] {
  const stride = rounds(every, 1);
  return Array.from({ length: count }, (_, at) => at + 1).filter((step) => step % stride === turn % stride);
}

/** What was acknowledged is there, once and in order; at most the record in whose midst the process died is there, too. */
function assertFound(found: readonly number[], acknowledged: readonly number[], atLeast: number, what: string): void {
  assertEquals(found, found.map((_, at) => at + 1), `${what}: each once and in order`);
  assert(found.length >= atLeast, `${what}: ${atLeast} were acknowledged, ${found.length} are there`);
  assert(found.length <= acknowledged.length + 1, `${what}: ${found.length} are there, of ${acknowledged.length}`);
}

/**
 * A pruning removes all that it can, unless it failed: while the journal is read-only the next attempt removes nothing. What
 * a crash has left of one is removed by the next start, whole, or it has not begun.
 */
function assertPruned(before: Life, next: Life, what: string): void {
  const { pruned = 0, failed } = before;
  const isOver = before.pruned !== undefined && !failed.includes("prune");
  assert(isOver ? pruned === PRUNED : pruned === 0 || pruned === PRUNED, `${what}: ${pruned} records were pruned`);
  assert(next.gone === PRUNED || next.gone === pruned, `${what}: ${pruned} were pruned, ${next.gone} are gone`);
}

/** Verifies what is there, starts on it, lives on it and verifies again. */
async function assertGoesOn(files: MemoryFiles, before: Life, atLeast: number, what: string): Promise<void> {
  assertEquals(await fault(files), undefined, `${what}: before the start`);
  const next = new Life(files);
  await next.start();
  assertFound(next.acknowledged, before.acknowledged, atLeast, what);
  assertPruned(before, next, what);
  await next.live(isLong ? "whole" : "short");
  if (!before.files.isDead) assert(next.gone > PRUNED, `${what}: the next life prunes on, ${next.gone} are gone`);
  assertEquals(await fault(files), undefined, `${what}: after the next life`);
  const last = new Life(files.restart());
  await last.start();
  assertEquals(last.acknowledged, next.acknowledged, what);
}

for (const fsync of ["interval", "never"] as readonly FsyncPolicy[]) {
  Deno.test(`C7 C10 a power failure after each operation of a life takes nothing that waited for the disk, fsync ${fsync}`, async () => {
    for (const segmentBytes of [undefined, 1 << 20]) { // in a large segment nothing is synced but what is waited for
      const files = new MemoryFiles();
      const life: Life = new Life(files, {
        fsync,
        ...segmentBytes === undefined ? {} : { segmentBytes },
        done: async (operation) => {
          const left = files.afterPowerFailure();
          assertEquals(await fault(left), undefined, `after ${operation}`);
          const next = new Life(left);
          await next.start();
          assertFound(next.acknowledged, life.acknowledged, life.durable, `after ${operation}`);
        },
      });
      await life.start();
      await life.live();
      assertEquals(life.durable, life.acknowledged.length, "a stop leaves all on the disk");
    }
  });

  Deno.test(`C5 C7 C10 a crash or a power failure at ${eachChange(17)} of a whole life, fsync ${fsync}, loses and forges nothing`, async () => {
    const count = await changesOf({ fsync });
    let pruned = 0;
    for (const [turn, part] of PARTS.entries()) {
      for (const step of steps(count, 17, turn)) {
        const files = new MemoryFiles();
        files.crashAt(step, part);
        const life = await lived(files, { fsync });
        if (life.pruned !== undefined) pruned++;
        const what = `crash at ${step} of ${count} (${part})`;
        await assertGoesOn(files.restart(), life, life.acknowledged.length, what);
        await assertGoesOn(files.afterPowerFailure(), life, life.durable, `power failure, ${what}`);
      }
    }
    assert(pruned >= rounds(3, 60), `${pruned} lives were cut after they had pruned`);
  });
}

Deno.test(`C6 a call that fails at ${eachChange(17)} of a whole life, with nothing, half or all of it done, is made good`, async () => {
  const count = await changesOf();
  let failures = 0;
  for (const [turn, part] of PARTS.entries()) {
    for (const step of steps(count, 17, turn)) {
      const files = new MemoryFiles();
      files.failAt(step, part);
      const life = await lived(files, mending(files));
      failures += life.failed.length;
      await assertGoesOn(files.restart(), life, life.acknowledged.length, `${step} of ${count} fails (${part})`);
    }
  }
  assert(failures > rounds(5, 100), `${failures} operations failed`);
});

Deno.test(`C6 a disk that is full from ${eachChange(13)} of a whole life on refuses what it cannot keep, until it has room`, async () => {
  const count = await changesOf();
  const failed = new Set<string>();
  for (const [turn, undoError] of [undefined, new Error("EIO: input/output error")].entries()) {
    for (const step of steps(count, 13, turn)) {
      const files = new MemoryFiles();
      files.fullAt(step, undoError);
      const life = await lived(files, mending(files));
      for (const operation of life.failed) failed.add(operation);
      await assertGoesOn(files.restart(), life, life.acknowledged.length, `full from ${step} of ${count} on`);
    }
  }
  for (const each of ["append", "checkpoint", "head", "snapshot"]) assert(failed.has(each), `no ${each} was refused`);
});

/** Each kind of fault, by what it is called. */
const FAULTS: readonly (readonly [string, (files: MemoryFiles, step: number) => void])[] = [
  ...PARTS.map((part) => [`fails (${part})`, (files: MemoryFiles, step: number) => files.failAt(step, part)] as const),
  ...PARTS.map((part) =>
    [`crashes (${part})`, (files: MemoryFiles, step: number) => files.crashAt(step, part)] as const
  ),
  ["has no room", (files, step) => files.fullAt(step)],
];

Deno.test(`C9 a clock that jumps by a year before each operation changes nothing of what a fault at ${eachChange(37)} leaves`, async () => {
  const count = await changesOf({ clockJumps: true });
  for (const [turn, [name, arm]] of FAULTS.entries()) {
    for (const step of steps(count, 37, turn * 5)) {
      const files = new MemoryFiles();
      arm(files, step);
      const life = await lived(files, { ...mending(files), clockJumps: true });
      const what = `${step} of ${count} ${name}, the clock jumps`;
      await assertGoesOn(files.restart(), life, life.acknowledged.length, what);
    }
  }
});
