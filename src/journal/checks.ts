/** The checks of a journal that is served: of what its start did not read, and of all of it again. What they found stays. */
import type { Clock, Files, Sha256 } from "../platform/system.ts";
import { markBroken } from "./broken_mark.ts";
import { chainError, type Problem } from "./chain.ts";
import type { ChainPlace } from "./record.ts";
import type { Pace } from "./pace.ts";
import { verifyUpTo } from "./verify.ts";
import type { Writer } from "./writer.ts";

export interface ChecksOptions {
  readonly dir: string;
  readonly files: Files;
  readonly sha256: Sha256;
  readonly sha256For?: (bytes: number) => Sha256;
  readonly clock: Clock;
  readonly writer: Pick<Writer, "bytes" | "halt" | "position">;
  /** The record up to which the start has read none; undefined where it read all. */
  readonly unread: ChainPlace | undefined;
}

export class Checks {
  #options: ChecksOptions;
  #unread: ChainPlace | undefined;
  #checked = 0;
  /** Readings under way, which two callers may begin: what they read must stay. */
  #readings = 0;
  #removing: Promise<unknown> | undefined;
  /** The fault that was found. */
  broken: Problem | undefined;
  lastVerifiedAt: string | null;

  constructor(options: ChecksOptions) {
    this.#options = options;
    this.#unread = options.unread;
    this.lastVerifiedAt = options.unread === undefined ? this.#now() : null;
  }

  /** Whether records may go: no fault was found, and none that must not go meanwhile is being read or still to be read. */
  get mayRemove(): boolean {
    return this.broken === undefined && this.#unread === undefined && this.#readings === 0;
  }

  /** How far the check of the unread ones has come; undefined where none is unread. */
  get checkedTo(): number | undefined {
    return this.#unread === undefined ? undefined : this.#checked;
  }

  async unread(pace: Pace): Promise<Problem | undefined> {
    if (this.#unread === undefined) return this.broken;
    const problem = await this.#verify(this.#unread, pace, (seq) => this.#checked = seq);
    if (problem === undefined) this.#unread = undefined;
    return problem;
  }

  async again(pace: Pace): Promise<Problem | undefined> {
    while (this.#removing !== undefined) await this.#removing.catch(() => {});
    const end = this.#options.writer.position;
    if (end === undefined) return this.broken;
    const problem = await this.#verify(end, pace, () => {});
    if (problem === undefined) this.#unread = undefined; // they were among them
    return problem;
  }

  /** Calls `remove`, which may take its time until segments go: a reading that begins meanwhile waits for its end. */
  async removing<T>(remove: () => Promise<T>): Promise<T> {
    const removed = remove();
    this.#removing = removed;
    try {
      return await removed;
    } finally {
      this.#removing = undefined;
    }
  }

  async #verify(end: ChainPlace, pace: Pace, checked: (seq: number) => void): Promise<Problem | undefined> {
    const { dir, files, sha256, sha256For, writer } = this.#options;
    if (this.broken !== undefined) return this.broken;
    const hash = sha256For?.(writer.bytes) ?? sha256;
    this.#readings++;
    const problem = await verifyUpTo({ dir, files, sha256: hash, pace, checked }, end).finally(() => this.#readings--);
    if (problem === undefined) {
      this.lastVerifiedAt = this.#now();
      return undefined;
    }
    this.broken = problem;
    writer.halt(chainError(problem));
    markBroken(files, dir, problem);
    return problem;
  }

  #now(): string {
    return new Date(this.#options.clock.now()).toISOString();
  }
}
