/** Changes that must come before any other, and wait where the journal cannot be written: what a start has to record. */
import { ConsoleError } from "../protocol/errors.ts";

export class OwedChanges {
  #owed: (() => void)[] = [];
  #isMaking = false;

  /** Makes `change`, behind those that are owed already; where the journal is read-only it is owed, too. */
  add(change: () => void): void {
    this.#owed.push(change);
    try {
      this.make();
    } catch (error) {
      if (!(error instanceof ConsoleError) || error.kind !== "read_only") throw error;
    }
  }

  /** Makes those that are owed, in order; one that fails is made again as a whole. @throws {ConsoleError} `read_only` */
  make(): void {
    if (this.#isMaking) return; // what one of them commits
    this.#isMaking = true;
    try {
      for (let change = this.#owed[0]; change !== undefined; change = this.#owed[0]) {
        change();
        this.#owed.shift();
      }
    } finally {
      this.#isMaking = false;
    }
  }
}
