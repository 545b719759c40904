/** Long work in slices: between two of them the event loop runs other work. Pure but for the {@link Turns} given. */

/**
 * The longest slice, ms. A call waits for a slice or two, what a step began before the clock was looked at, and V8's
 * collector: together they stay under the 50 ms that nobody may have to wait (B8). A slice costs a timer, which comes up
 * to a millisecond late.
 */
const SLICE_MS = 5;

/** How slices are measured, and how others get their turn. */
export interface Turns {
  /** Milliseconds from an arbitrary start; never goes back. */
  steady(): number;
  /** Resolves when everything that was ready had its turn, sockets and timers included. */
  pause(): Promise<void>;
}

/**
 * Turns of which each goes to one who pauses, in the order in which they did: so nobody waits for more than one slice in a
 * row, however many works are under way.
 */
export function oneAtATime(turns: Turns): Turns {
  let line: Promise<void> = Promise.resolve();
  return { steady: () => turns.steady(), pause: () => line = line.then(() => turns.pause()) };
}

/** The slices of one piece of work; the first begins with it. */
export class Slices {
  #turns: Turns;
  #signal: AbortSignal | undefined;
  #end: number;

  /** @param signal ends the work between two slices */
  constructor(turns: Turns, signal?: AbortSignal) {
    this.#turns = turns;
    this.#signal = signal;
    this.#end = turns.steady() + SLICE_MS;
  }

  /** Whether the present slice has taken its time: then call {@link next}. */
  get isOver(): boolean {
    return this.#turns.steady() >= this.#end;
  }

  /** Lets others have their turn, then begins a slice. @throws the signal's reason */
  async next(): Promise<void> {
    this.#signal?.throwIfAborted();
    await this.#turns.pause();
    this.#signal?.throwIfAborted();
    this.#end = this.#turns.steady() + SLICE_MS;
  }
}

/** So many items are sorted or merged between two looks at the clock: under a millisecond. */
const RUN = 256;

/** What `[...items].sort(compare)` gives, in slices: short runs are sorted, then merged two by two. */
export async function sortInSlices<T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
  slices: Slices,
): Promise<T[]> {
  let runs: T[][] = [];
  for (let at = 0; at < items.length; at += RUN) {
    runs.push(items.slice(at, at + RUN).sort(compare));
    if (slices.isOver) await slices.next();
  }
  while (runs.length > 1) {
    const merged: T[][] = [];
    for (let at = 0; at < runs.length; at += 2) {
      const [left = [], right] = runs.slice(at, at + 2);
      merged.push(right === undefined ? left : await merge(left, right, compare, slices));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

async function merge<T>(
  left: readonly T[],
  right: readonly T[],
  compare: (a: T, b: T) => number,
  slices: Slices,
): Promise<T[]> {
  const out: T[] = [];
  let [l, r] = [0, 0];
  while (l < left.length && r < right.length) {
    out.push(compare(left[l]!, right[r]!) <= 0 ? left[l++]! : right[r++]!);
    if (out.length % RUN === 0 && slices.isOver) await slices.next();
  }
  return out.concat(l < left.length ? left.slice(l) : right.slice(r));
}

/** Text is encoded in pieces of at least so many UTF-16 units: few and not large. */
const PIECE = 65_536;

/** The UTF-8 of the parts, one behind the other, in slices. No part may end within a surrogate pair. */
export async function* encodeInSlices(
  parts: Iterable<string>,
  slices: Slices,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  let text = "";
  for (const part of parts) {
    text += part;
    if (text.length >= PIECE) {
      yield encoder.encode(text);
      text = "";
    }
    if (slices.isOver) await slices.next();
  }
  if (text !== "") yield encoder.encode(text);
}
