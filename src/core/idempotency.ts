/** What each idempotency key was used for, and the result that a repeat gets. */
import type { EventType } from "../domain/event.ts";
import { ConsoleError } from "../protocol/errors.ts";

/** A change that a key stands for. */
export interface KeyedChange<T> {
  readonly type: EventType;
  /** The id of what was changed: of a session, an approval or a rule. Null where the event names none. */
  readonly about: string | null;
  readonly result: T;
}

/** What the caller is about to do: a repeat must be the same. */
export interface Use {
  /** The event that it would make is one of these. */
  readonly types: readonly EventType[];
  /** Absent: its event names nothing. */
  readonly about?: string;
}

/** The newest `capacity` keys; the oldest are dropped. */
export class Idempotency<T> {
  #changes = new Map<string, KeyedChange<T>>();
  #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** @throws {ConsoleError} `conflict` where `key` was used for something else than `use` */
  result(key: string, use?: Use): T | undefined {
    const change = this.#changes.get(key);
    if (change === undefined || use === undefined) return change?.result;
    if (use.types.includes(change.type) && change.about === (use.about ?? null)) return change.result;
    throw new ConsoleError("conflict", "the idempotencyKey was used for another change before", {
      param: "idempotencyKey",
      hint: "use a new key for each change",
    });
  }

  set(key: string, change: KeyedChange<T>): void {
    this.#changes.delete(key);
    this.#changes.set(key, change);
    if (this.#changes.size <= this.#capacity) return;
    const [oldest] = this.#changes.keys();
    if (oldest !== undefined) this.#changes.delete(oldest);
  }

  entries(): [string, KeyedChange<T>][] {
    return [...this.#changes];
  }
}
