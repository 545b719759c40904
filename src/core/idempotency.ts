/** What each idempotency key was used for, and the result that a repeat gets. */
import { maskSecrets } from "../domain/mask.ts";
import { sha256OfRecord } from "../platform/hash.ts";
import { ConsoleError } from "../protocol/errors.ts";

/** A change that is made once, however often it is asked for. */
export interface Once {
  /** The caller's key; without one each call is a change of its own. */
  readonly key: string | undefined;
  /** The method, and a hash of its parameters: `session.close 0f3c…`. A key stands for one of them. */
  readonly change: string;
}

/** Hex digits of the hash that are kept: a key is taken twice by mistake, not by who looks for a collision. */
const HASH_DIGITS = 32;

/**
 * What `idempotencyKey` stands for in a call of `method`. The hash is of the parameters with their secrets masked: the
 * journal holds it, and is not to help who guesses one.
 *
 * @param params as the method's schema gives them, which orders their members
 */
export function onceOf(method: string, { idempotencyKey: key, ...params }: { readonly idempotencyKey?: string }): Once {
  if (key === undefined) return { key, change: method };
  const hash = sha256OfRecord(new TextEncoder().encode(maskSecrets(JSON.stringify(params))));
  return { key, change: `${method} ${hash.slice(0, HASH_DIGITS)}` };
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
      hint: "use a new key for each change; a repeat has the same method and the same parameters",
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
