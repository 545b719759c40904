/**
 * C1, C5, C6, C7, C10: a fault at each change of a whole life, one life for each change and each kind of fault. What was
 * acknowledged is there once and in order, all verifies, checkpoints and their key included, and the next life goes well.
 */
import { assert, assertEquals } from "@std/assert";
import type { FsyncPolicy } from "../../src/journal/group_sync.ts";
import { fault } from "../support/checkpoints.ts";
import { rounds } from "../support/harness_wait.ts";
import { isLong } from "../support/long_step.ts";
import { Life, type LifeOptions } from "../support/journal_life.ts";
import { type CrashPart, MemoryFiles } from "../support/memory_files.ts";

const PARTS: readonly CrashPart[] = ["none", "half", "all"];

/** How many changes a life is made of that nothing happens to. */
async function changesOf(options: LifeOptions = {}): Promise<number> {
  const files = new MemoryFiles();
  const life = new Life(files, options);
  await life.start();
  await life.live();
  return files.changes;
}

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

/** Verifies what is there, starts on it, lives on it and verifies again. */
async function assertGoesOn(files: MemoryFiles, before: Life, atLeast: number, what: string): Promise<void> {
  assertEquals(await fault(files), undefined, `${what}: before the start`);
  const next = new Life(files);
  await next.start();
  assertFound(next.acknowledged, before.acknowledged, atLeast, what);
  await next.live(isLong ? "whole" : "short");
  assertEquals(await fault(files), undefined, `${what}: after the next life`);
  const last = new Life(files.restart());
  await last.start();
  assertEquals(last.acknowledged, next.acknowledged, what);
}

for (const fsync of ["interval", "never"] as readonly FsyncPolicy[]) {
  Deno.test(`C7 C10 a crash or a power failure at each change of a whole life, fsync ${fsync}, loses and forges nothing`, async () => {
    const count = await changesOf({ fsync });
    assert(count > 60, `${count} changes`);
    for (const [turn, part] of PARTS.entries()) {
      for (const step of steps(count, 17, turn)) {
        const files = new MemoryFiles();
        files.crashAt(step, part);
        const life = new Life(files, { fsync });
        await life.start().then(() => life.live()).catch((error) => assert(files.isDead, String(error?.stack)));
        const what = `crash at ${step} of ${count} (${part})`;
        await assertGoesOn(files.restart(), life, life.acknowledged.length, what);
        await assertGoesOn(files.afterPowerFailure(), life, life.durable, `power failure, ${what}`);
      }
    }
  });
}

Deno.test("C6 a call that fails at each change of a whole life, with nothing, half or all of it done, is made good", async () => {
  const count = await changesOf();
  let failures = 0;
  for (const [turn, part] of PARTS.entries()) {
    for (const step of steps(count, 17, turn)) {
      const files = new MemoryFiles();
      files.failAt(step, part);
      const life = new Life(files, { mend: () => {} });
      await life.start();
      await life.live();
      failures += life.failed.length;
      await assertGoesOn(files.restart(), life, life.acknowledged.length, `${step} of ${count} fails (${part})`);
    }
  }
  assert(failures > rounds(5, 100), `${failures} operations failed`);
});

Deno.test("C6 a disk that is full from each change of a whole life on refuses what it cannot keep, until it has room", async () => {
  const count = await changesOf();
  const failed = new Set<string>();
  for (const [turn, undoError] of [undefined, new Error("EIO: input/output error")].entries()) {
    for (const step of steps(count, 13, turn)) {
      const files = new MemoryFiles();
      files.fullAt(step, undoError);
      const life = new Life(files, { mend: (failures) => failures === 3 && files.free() });
      await life.start();
      await life.live();
      for (const operation of life.failed) failed.add(operation);
      await assertGoesOn(files.restart(), life, life.acknowledged.length, `full from ${step} of ${count} on`);
    }
  }
  for (const each of ["append", "checkpoint", "head", "snapshot"]) assert(failed.has(each), `no ${each} was refused`);
});

Deno.test("C9 a clock that jumps by a year before each step changes nothing of what faults leave", async () => {
  const clockJumps = true;
  const count = await changesOf({ clockJumps });
  for (const step of steps(count, 19, 0)) {
    const files = new MemoryFiles();
    files.failAt(step, "half");
    const life = new Life(files, { clockJumps, mend: () => {} });
    await life.start();
    await life.live();
    await assertGoesOn(files.restart(), life, life.acknowledged.length, `${step} of ${count} fails`);
  }
});
