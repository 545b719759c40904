/** What each idempotency key was used for, and the result that a repeat gets. */
import { ConsoleError } from "../protocol/errors.ts";

/** A change that is made once, however often it is asked for. */
export interface Once {
  /** The caller's key; without one each call is a change of its own. */
  readonly key: string | undefined;
  /** The method, and the id of what it changes where it is not new: `session.close s1`. A key stands for one of them. */
  readonly change: string;
}

/** A change that was made. `change` is undefined where a version that did not keep it has made it. */
export interface KeyedChange<T> {
  readonly change: string | undefined;
  readonly result: T;
}

/** The newest `capacity` keys; the oldest are dropped. */
export class Idempotency<T> {
  #changes = new Map<string, KeyedChange<T>>();
  #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** @throws {ConsoleError} `conflict` where the key stands for another change */
  result({ key, change }: Once): T | undefined {
    const made = key === undefined ? undefined : this.#changes.get(key);
    if (made === undefined || made.change === undefined || made.change === change) return made?.result;
    throw new ConsoleError("conflict", "the idempotencyKey was used for another change before", {
      param: "idempotencyKey",
      hint: "use a new key for each change",
    });
  }

  set(key: string, made: KeyedChange<T>): void {
    this.#changes.delete(key);
    this.#changes.set(key, made);
    if (this.#changes.size <= this.#capacity) return;
    const [oldest] = this.#changes.keys();
    if (oldest !== undefined) this.#changes.delete(oldest);
  }

  entries(): [string, KeyedChange<T>][] {
    return [...this.#changes];
  }
}
