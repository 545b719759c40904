/**
 * Changes that are due whatever the journal says: what a start has to record, and ends of requests whose hooks are free
 * already. Where it cannot be written they wait, and come before any other change.
 */
import { ConsoleError } from "../protocol/errors.ts";

export class OwedChanges {
  #owed: (() => void)[] = [];
  #isMaking = false;

  /**
   * Makes `change`, behind those that are owed already; where the journal is read-only it is owed, too.
   *
   * @throws what a change throws for another reason; that one is not made again
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
   * Makes those that are owed, in order; one that the journal refuses is made again as a whole.
   *
   * @throws {ConsoleError} `read_only`; as {@link add}
   */
  make(): void {
    if (this.#isMaking) return; // what one of them commits
    this.#isMaking = true;
    try {
      for (let change = this.#owed[0]; change !== undefined; change = this.#owed[0]) {
        change();
        this.#owed.shift();
      }
    } catch (error) {
      if (!isReadOnly(error)) this.#owed.shift(); // else no change could be made any more
      throw error;
    } finally {
      this.#isMaking = false;
    }
  }
}

function isReadOnly(error: unknown): boolean {
  return error instanceof ConsoleError && error.kind === "read_only";
}
