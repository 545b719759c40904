/** What each idempotency key was used for, and the result that a repeat gets. */
import { maskSecrets } from "../domain/mask.ts";
import { isSecretName, MIN_SECRET } from "../domain/mask_names.ts";
import { sha256OfRecord } from "../platform/hash.ts";
import { ConsoleError } from "../protocol/errors.ts";

/** A change that is made once, however often it is asked for. */
export interface Once {
  /** The caller's key; without one each call is a change of its own. */
  readonly key: string | undefined;
  /** The method, and a hash of its parameters: `session.close sha256:0f3c…`. A key stands for one of them. */
  readonly change: string;
}

/** Hex digits of the hash that are kept: a key is taken twice by mistake, not by who looks for a collision. */
const HASH_DIGITS = 32;
const HASHED = / sha256:[0-9a-f]{32}$/;

/**
 * What `idempotencyKey` stands for in a call of `method`. The hash is of the parameters with their secrets masked: the
 * journal holds it and every window sees it, so that a password that is short could be guessed by trying. A key of our own
 * would have to be kept beside the journal, and whoever changes it would turn every repeat into a conflict.
 */
export function onceOf(method: string, { idempotencyKey: key, ...params }: { readonly idempotencyKey?: string }): Once {
  if (key === undefined) return { key, change: method };
  const hash = sha256OfRecord(new TextEncoder().encode(canonical(params)));
  return { key, change: `${method} sha256:${hash.slice(0, HASH_DIGITS)}` };
}

/**
 * JSON with its members in order, and each text masked by itself: what looks like the beginning of a secret reaches to the
 * end of its own text at most, and never hides the parameters behind it.
 */
function canonical(value: unknown, name = ""): string {
  if (typeof value === "string") {
    const isSecret = value.length >= MIN_SECRET && isSecretName(name, false);
    return JSON.stringify(isSecret ? "***" : maskSecrets(value));
  }
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one, name))}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value).filter(([, one]) => one !== undefined).sort(([a], [b]) => a < b ? -1 : 1);
  return `{${members.map(([name, one]) => `${canonical(name)}:${canonical(one, name)}`)}}`;
}

/** Earlier versions kept the method and at most an id, or the hash of another form: of theirs only the method is compared. */
function isSame(kept: string | undefined, asked: string): boolean {
  if (kept === undefined || kept === asked) return true;
  return !HASHED.test(kept) && kept.split(" ", 1)[0] === asked.split(" ", 1)[0];
}

/** A change that was made. `change` is undefined where a version that did not keep it has made it. */
export interface KeyedChange<T> {
  readonly change: string | undefined;
  readonly result: T;
}

/** The method that anybody may call, as often as they like. */
export const REPORT = "session.report";

type Kept<T> = Map<string, KeyedChange<T>>;

/**
 * The newest `capacity` keys, and as many of reports; the oldest are dropped. Reports need no token: their keys push out no
 * others and stand in the way of none.
 */
export class Idempotency<T> {
  #reports: Kept<T> = new Map();
  #others: Kept<T> = new Map();
  #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** @throws {ConsoleError} `conflict` where the key stands for another change */
  result({ key, change }: Once): T | undefined {
    const made = key === undefined ? undefined : this.#of(change).get(key);
    if (made === undefined || isSame(made.change, change)) return made?.result;
    throw new ConsoleError("conflict", "the idempotencyKey was used for another change before", {
      param: "idempotencyKey",
      hint: "use a new key for each change; a repeat has the same method and the same parameters",
    });
  }

  set(key: string, made: KeyedChange<T>): void {
    const kept = this.#of(made.change);
    kept.delete(key);
    kept.set(key, made);
    if (kept.size <= this.#capacity) return;
    const [oldest] = kept.keys();
    if (oldest !== undefined) kept.delete(oldest);
  }

  entries(): [string, KeyedChange<T>][] {
    return [...this.#reports, ...this.#others];
  }

  #of(change: string | undefined): Kept<T> {
    return change === REPORT ? this.#reports : this.#others;
  }
}
