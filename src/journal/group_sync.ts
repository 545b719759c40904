/**
 * When records are synced to the disk: one fsync for all records of the last 100 ms ("interval"), one for all of a turn
 * of the event loop ("always"), or none ("never"). No timer runs while nothing is unsynced.
 */
import type { ConsoleError } from "../protocol/errors.ts";
import type { Timers } from "../platform/system.ts";
import { readOnly } from "./read_only.ts";

export type FsyncPolicy = "interval" | "always" | "never";

/** The longest time that a record waits for its fsync, ms: what a power failure may lose. */
const GROUP_MS = 100;

export interface GroupSyncOptions {
  readonly policy: FsyncPolicy;
  readonly timers: Timers;
  /** Syncs everything written so far. */
  readonly sync: () => Promise<void>;
  /** Called once when `sync` fails; nothing is synced again until {@link GroupSync.repaired}. */
  readonly failed: (error: unknown) => void;
}

interface Waiter {
  readonly seq: number;
  readonly resolve: () => void;
  readonly reject: (error: ConsoleError) => void;
}

export class GroupSync {
  #options: GroupSyncOptions;
  #written: number;
  #synced = 0;
  /** What an earlier process wrote: it has been answered for, but may not be on the disk yet. */
  readonly #found: number;
  #waiters: Waiter[] = [];
  #scheduled = false;
  #hurried = false;
  #running: Promise<void> | undefined;
  #failure: ConsoleError | undefined;
  #closing = new AbortController();

  constructor(options: GroupSyncOptions, seq: number) {
    this.#options = options;
    this.#written = this.#found = seq;
  }

  /** Everything up to `seq` was written. A closed segment is synced under every policy, or its file stays open. */
  wrote(seq: number, segmentClosed: boolean): void {
    this.#written = seq;
    if ((segmentClosed || this.#options.policy !== "never") && this.#running === undefined) this.#schedule();
  }

  /**
   * Resolves when an fsync covered `seq`; at once under "never".
   *
   * @throws {ConsoleError} `read_only` where the fsync failed
   */
  durable(seq: number): Promise<void> {
    return this.#options.policy === "never" || seq <= this.#found ? Promise.resolve() : this.onDisk(seq);
  }

  /** The same under every policy. @throws {ConsoleError} `read_only` where the fsync failed */
  onDisk(seq: number): Promise<void> {
    if (seq <= this.#synced) return Promise.resolve();
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiters.push({ seq, resolve, reject });
      if (this.#running === undefined) this.#hurry();
    });
  }

  /** After a failed fsync: everything written was synced by other means. */
  repaired(): void {
    this.#failure = undefined;
    this.#synced = this.#written;
  }

  /** A last fsync of what was written. @throws {ConsoleError} `read_only` where it fails or failed before */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
    // Nobody waits for what an earlier process wrote, unless it was asked for.
    const isWanted = this.#written > Math.max(this.#synced, this.#found) || this.#waiters.length > 0;
    if (this.#failure === undefined && isWanted) await (this.#running = this.#run());
    if (this.#failure !== undefined) throw this.#failure;
  }

  #schedule(): void {
    if (this.#scheduled || this.#failure !== undefined || this.#closing.signal.aborted) return;
    this.#scheduled = true;
    const due = this.#options.policy === "always"
      ? Promise.resolve()
      : this.#options.timers.sleep(GROUP_MS, this.#closing.signal);
    due.then(() => {
      this.#scheduled = false;
      this.#start();
    }, () => {}); // closing: close() does the last one
  }

  /** A caller waits for the disk: the group ends with this turn of the event loop, not after its time. */
  #hurry(): void {
    if (!this.#hurried) Promise.resolve().then(() => (this.#hurried = false, this.#start()));
    this.#hurried = true;
  }

  #start(): void {
    if (this.#closing.signal.aborted || this.#running !== undefined || this.#failure !== undefined) return;
    if (this.#written > this.#synced) this.#running = this.#run();
  }

  async #run(): Promise<void> {
    const covered = this.#written; // records written during the sync may not be covered
    try {
      await this.#options.sync();
      this.#synced = Math.max(this.#synced, covered);
      this.#settle();
    } catch (error) {
      this.#fail(error);
    }
    this.#running = undefined;
    if (this.#waiters.length > 0) this.#hurry();
    else if (this.#written > this.#synced && this.#options.policy !== "never") this.#schedule();
  }

  #settle(): void {
    const done = this.#waiters.filter((waiter) => waiter.seq <= this.#synced);
    if (done.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => waiter.seq > this.#synced);
    for (const waiter of done) waiter.resolve();
  }

  #fail(error: unknown): void {
    this.#failure = readOnly("the journal cannot be put on the disk", error);
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter.reject(this.#failure);
    this.#options.failed(error);
  }
}
