/**
 * One whole life of a journal on a disk that may fail at any step: it starts, appends over rotations, keeps its head, makes
 * its key, signs, keeps its state, prunes and stops, as the daemon does. It notes what was acknowledged, so that a later
 * start can be asked for exactly that.
 */
import { assert, assertEquals } from "@std/assert";
import type { Checkpoints } from "../../src/journal/checkpoints.ts";
import type { FsyncPolicy } from "../../src/journal/group_sync.ts";
import { listSegments } from "../../src/journal/segment.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { NO_PACE, openSigned } from "./checkpoints.ts";
import { Crash, type MemoryFiles } from "./memory_files.ts";
import { DIR, FakeTime, type Open, open } from "./memory_journal.ts";

const SEGMENT_BYTES = 1400;
/** The writer tries again after a second. */
const RETRY_MS = 1000;
const YEAR_MS = 365 * 86_400_000;
/** After so many failures of one operation, its next attempt must succeed. */
const PATIENCE = 4;

type Operation = "append" | "head" | "checkpoint" | "snapshot" | "prune" | "close";
const times = (count: number): Operation[] => Array.from({ length: count }, () => "append");
const DAY: readonly Operation[] = [
  ...times(5),
  "head",
  ...times(2),
  "checkpoint",
  ...times(4),
  "snapshot",
  ...times(5),
  "checkpoint",
  "prune",
];
/** The last record is for the stop to sync. */
const EVENING: readonly Operation[] = [...times(3), "snapshot", "head", "checkpoint", "append"];

export interface LifeOptions {
  readonly fsync?: FsyncPolicy;
  /** Called after each failure of an operation, with how many it has had: the disk gets better. Absent: a failure is the end. */
  readonly mend?: (failures: number) => void;
  /** The wall clock is set forth and back by a year before each operation. */
  readonly clockJumps?: boolean;
  /** Absent: three records fill a segment, which then is synced under every policy, with all before it. */
  readonly segmentBytes?: number;
  /** Called after each operation that went well. */
  readonly done?: (operation: string) => Promise<void>;
}

export class Life {
  #opened: Open | undefined;
  #checkpoints: Checkpoints | undefined;
  #time = new FakeTime();
  /** What the records said, in order: of those of earlier lives what the start found. */
  #state: number[] = [];
  /** The number of the newest record that is certainly on the disk. */
  durable = 0;
  /** How many records a pruning that is over has removed; undefined before. */
  pruned: number | undefined;
  /** Operations that failed, each attempt. */
  readonly failed: Operation[] = [];

  constructor(readonly files: MemoryFiles, readonly options: LifeOptions = {}) {}

  /** What a start must find. */
  get acknowledged(): readonly number[] {
    return this.#state;
  }

  /** How many of the oldest records are not there any more. */
  get gone(): number {
    return (listSegments(this.files, DIR)[0]?.first ?? 1) - 1;
  }

  /** Reads what is there. */
  async start(): Promise<void> {
    const { fsync = "interval", segmentBytes = SEGMENT_BYTES, mend } = this.options;
    for (let failures = 1;; failures++) {
      try {
        this.#opened = open(this.files, { segmentBytes, fsync, time: this.#time });
        break;
      } catch (error) {
        if (mend === undefined || this.files.isDead || failures > PATIENCE) throw error;
        mend(failures);
      }
    }
    const { restored, replayed, journal, recovered, tornEnd } = this.#opened;
    const snapshot = restored.at(-1) as { readonly state: number[] } | undefined;
    const later = replayed.flatMap(({ type, data }) => type === "test.number" ? [(data as { n: number }).n] : []);
    this.#state = [...snapshot?.state ?? [], ...later];
    this.durable = this.#state.at(-1) ?? 0;
    if (recovered !== undefined || tornEnd !== undefined) {
      await this.#patiently("append", () => {
        const data = { ...tornEnd === undefined ? recovered : tornEnd.cut() };
        journal.append({ type: "daemon.recovered", actor: "daemon", data });
      });
    }
    assertEquals(await journal.verifyUnread(NO_PACE), undefined);
  }

  /** Goes on to the stop; in short with some records, what a stop does and a pruning alone. */
  async live(how: "whole" | "short" = "whole"): Promise<void> {
    const life: readonly Operation[] = how === "whole" ? [...DAY, ...EVENING] : [...EVENING, "prune"];
    for (const [at, operation] of [...life, "close" as const].entries()) {
      if (this.options.clockJumps === true) this.#time.setClock(at % 2 === 0 ? YEAR_MS : -YEAR_MS);
      await this.#patiently(operation, () => this.#do(operation));
      await this.options.done?.(operation);
    }
    assertEquals(this.#journal.stats().readOnly, undefined, "it can be written to the end");
  }

  get #journal(): Open["journal"] {
    return this.#opened!.journal;
  }

  async #patiently(operation: Operation, act: () => void | Promise<void>): Promise<void> {
    for (let failures = 1;; failures++) {
      const { seq } = this.#journal.head();
      try {
        return await act();
      } catch (error) {
        if (this.files.isDead || this.options.mend === undefined) throw error;
        assert(!(error instanceof Crash), "nothing of a dead process goes on");
        assert(failures <= PATIENCE, `${operation} still fails when the disk has nothing against it: ${error}`);
        this.#checkFailure(operation, error, seq);
        this.failed.push(operation);
        this.options.mend(failures);
        await this.#time.pass(RETRY_MS);
        this.#journal.keepWritable(); // as each tick does
        if (operation === "close") return; // its records were answered for; the files are closed
      }
    }
  }

  /** A refused append changes nothing, and says what it is. */
  #checkFailure(operation: Operation, error: unknown, before: number): void {
    if (operation !== "append") return;
    assert(error instanceof ConsoleError && error.kind === "read_only", String(error));
    assertEquals(this.#journal.head().seq, before);
    assert(this.#journal.stats().readOnly !== undefined);
  }

  async #do(operation: Operation): Promise<void> {
    const journal = this.#journal;
    switch (operation) {
      case "append": {
        const n = (this.#state.at(-1) ?? 0) + 1;
        journal.append({ type: "test.number", actor: "x", data: { n, text: "z".repeat(150) } });
        this.#state.push(n);
        return;
      }
      case "head":
        return await this.#passing(journal.keepHead());
      case "checkpoint":
        this.#checkpoints ??= await openSigned(this.files);
        return await this.#passing(journal.checkpoint(this.#checkpoints, NO_PACE));
      case "snapshot":
        return await this.#passing(journal.snapshot({ state: [...this.#state] }));
      case "prune": {
        const pruning = journal.prune(Infinity, this.#checkpoints?.seq ?? 0);
        await this.#passing(pruning, (pruned) => pruned !== undefined); // where nothing may go it waits for nothing
        this.pruned = this.gone;
        return;
      }
      case "close":
        await journal.close();
        this.durable = this.#state.at(-1) ?? 0; // it syncs the last records under every policy
        return;
    }
  }

  /** Waits for what waits for the disk under every policy, where its result says that it did: all records so far are on it. */
  async #passing<T>(work: Promise<T>, hasWaited: (result: T) => boolean = () => true): Promise<void> {
    const last = this.#state.at(-1) ?? 0;
    work.catch(() => {}); // it may fail before it is waited for
    await this.#time.pass(100);
    if (hasWaited(await work)) this.durable = last;
  }
}
