/** A journal over files in memory, with a clock and timers that move when the test says so. */
import { createHash } from "node:crypto";

import type { Problem } from "../../src/journal/chain.ts";
import { type Journal, type Opened, openJournal } from "../../src/journal/journal.ts";
import type { JournalOptions } from "../../src/journal/journal_options.ts";
import type { StoredRecord } from "../../src/protocol/record.ts";
import { type Verification, verifyJournal } from "../../src/journal/verify.ts";
import type { Sha256 } from "../../src/platform/system.ts";
import { MemoryFiles } from "./memory_files.ts";
import { FakeTurns } from "./turns.ts";

export const DIR = "/home/journal";
/** A segment for a dozen records or so; no fsync. */
export const SMALL = { segmentBytes: 2500, fsync: "never" as const };

export const sha256: Sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** Wall and steady clock in one, and sleeps that end when the time is moved over them. */
export class FakeTime {
  #now = Date.parse("2026-01-01T00:00:00.000Z");
  #steady = 0;
  #sleeps: { readonly due: number; readonly wake: () => void }[] = [];

  readonly clock = { now: () => this.#now, steady: () => this.#steady };
  readonly timers = { sleep: (ms: number, signal?: AbortSignal) => this.#sleep(ms, signal) };

  get sleeping(): number {
    return this.#sleeps.length;
  }

  /** Moves the time and lets everything run that waited for it. */
  async pass(ms: number): Promise<void> {
    this.#now += ms;
    this.#steady += ms;
    const due = this.#sleeps.filter((sleep) => sleep.due <= this.#steady);
    this.#sleeps = this.#sleeps.filter((sleep) => sleep.due > this.#steady);
    for (const sleep of due) sleep.wake();
    await settled();
  }

  /** Somebody sets the wall clock, forth or back: no time goes by. */
  setClock(byMs: number): void {
    this.#now += byMs;
  }

  #sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const sleep = { due: this.#steady + ms, wake: resolve };
      this.#sleeps.push(sleep);
      signal?.addEventListener("abort", () => {
        this.#sleeps = this.#sleeps.filter((other) => other !== sleep);
        reject(signal.reason);
      });
    });
  }
}

/** All promises that are ready have run. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

export interface Open extends Opened {
  readonly journal: Journal;
  readonly files: MemoryFiles;
  readonly time: FakeTime;
  /** What replay told, and the state that was restored before it. */
  readonly replayed: StoredRecord[];
  readonly restored: unknown[];
}

export function open(
  files = new MemoryFiles(),
  options: Partial<JournalOptions> & { readonly time?: FakeTime; readonly knowsState?: boolean } = {},
): Open {
  const { time = new FakeTime(), knowsState = true, ...rest } = options;
  const replayed: StoredRecord[] = [];
  const restored: unknown[] = [];
  const opened = openJournal({
    dir: DIR,
    files,
    sha256,
    runningSha256: () => {
      const hash = createHash("sha256");
      return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest("hex") };
    },
    turns: new FakeTurns(),
    clock: time.clock,
    timers: time.timers,
    fsync: "interval",
    segmentBytes: 1 << 20,
    actor: "daemon",
    ...rest,
  }, {
    restore: (state) => {
      if (knowsState) restored.push(state);
      return knowsState;
    },
    record: (record) => replayed.push(record),
  });
  return { ...opened, files, time, replayed, restored };
}

/** Appends `count` records of about 330 bytes. */
export function fill(journal: Journal, count: number): void {
  for (let i = 0; i < count; i++) {
    const n = journal.head().seq;
    journal.append({ type: "session.updated", actor: "test:é", data: { n, text: `naïve ✓ ${"x".repeat(n % 40)}` } });
  }
}

/** A disk with a closed journal of `count` filled records and what `before` does with it. */
export async function disk(
  count: number,
  options: Partial<JournalOptions> & { readonly snapshotAt?: number } = {},
): Promise<MemoryFiles> {
  const { snapshotAt, ...rest } = options;
  const { journal, files } = open(new MemoryFiles(), { fsync: "never", ...rest });
  for (let i = 0; i < count; i++) {
    fill(journal, 1);
    if (i + 1 === snapshotAt) await journal.snapshot({ n: snapshotAt });
  }
  await journal.close();
  return files.restart();
}

export function verify(files: MemoryFiles, against?: { size: number; hash: string; format: number }) {
  return verifyJournal({ dir: DIR, files, sha256, ...(against === undefined ? {} : { against }) });
}

export async function problem(files: MemoryFiles): Promise<Problem | undefined> {
  const result: Verification = await verify(files);
  return result.ok ? undefined : result.problem;
}

/** The segments' paths, in order. */
export function segments(files: MemoryFiles): string[] {
  return files.list(DIR).filter((name) => name.endsWith(".jsonl")).map((name) => `${DIR}/${name}`);
}

/** The lines of all segments, in order. */
export function allLines(files: MemoryFiles): string[] {
  return segments(files).flatMap((path) => lines(files, path));
}

export function lines(files: MemoryFiles, path: string): string[] {
  return new TextDecoder().decode(files.read(path)).split("\n").slice(0, -1);
}

export function putLines(files: MemoryFiles, path: string, all: readonly string[]): void {
  files.put(path, new TextEncoder().encode(all.map((line) => `${line}\n`).join("")));
}
