/**
 * Changes that are due whatever the journal says: what a start has to record, and ends of requests whose hooks are free
 * already. Where it cannot be written they wait, and come before any other change.
 */
import { ConsoleError } from "../protocol/errors.ts";

/** What limits changes by whose call they come with, as far as it lets one through (store.ts, Quota). */
interface Unlimited {
  unlimited(change: () => void): void;
}

export class OwedChanges {
  #quota: Unlimited | undefined;
  #owed: (() => void)[] = [];
  #isMaking = false;

  /** @param quota refuses none of them, whoever's call they come with */
  constructor(quota?: Unlimited) {
    this.#quota = quota;
  }

  /**
   * Makes `change`, behind those that are owed already; where the journal is read-only it is owed, too.
   *
   * @throws as {@link make}, but for `read_only`
   */
  add(change: () => void): void {
    this.#owed.push(change);
    try {
      this.make();
    } catch (error) {
      if (!isReadOnly(error)) throw error;
    }
  }

  /**
   * Makes those that are owed, in order; one that the journal refuses is made again as a whole. One that fails for another
   * reason, which is a bug, is not: it keeps none of those behind it back.
   *
   * @throws {ConsoleError} `read_only`; what the first of those has thrown
   */
  make(): void {
    if (this.#isMaking) return; // what one of them commits
    this.#isMaking = true;
    const failed: unknown[] = [];
    try {
      for (let change = this.#owed[0]; change !== undefined; change = this.#owed[0]) {
        try {
          if (this.#quota === undefined) change();
          else this.#quota.unlimited(change);
        } catch (error) {
          if (isReadOnly(error)) throw failed[0] ?? error; // a bug is told, whatever comes behind it
          failed.push(error);
        }
        this.#owed.shift();
      }
    } finally {
      this.#isMaking = false;
    }
    if (failed.length > 0) throw failed[0];
  }
}

/** Whether the journal has refused it, and will take it when it can be written again. */
export function isReadOnly(error: unknown): boolean {
  return error instanceof ConsoleError && error.kind === "read_only";
}
