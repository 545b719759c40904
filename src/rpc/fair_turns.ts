/**
 * The event loop's time, shared by all who read messages in this process. A read that finds bytes ready does not wait for
 * the event loop: a peer that sends without a pause got 128 reads in a row before any timer or other socket (measured).
 * So readers measure their work. What they used is forgotten with each turn of the loop; where it is too much before
 * that, those who used it wait in line for the next turn. Who used little never waits.
 */
import type { Turns } from "../lib/slices.ts";
import { daemonTurns } from "../platform/clock.ts";

/** What all readers may use of one turn, ms. */
const TURN_MS = 16;
/** What a reader may use of one turn, whatever the others did, ms. */
const LIGHT_MS = 1;
/** Used so much, ms, it is worth a timer to learn of the next turn. */
const WATCHED_MS = 8;

export class FairTurns {
  #turns: Turns;
  #used = 0;
  #count = 0;
  #isWatching = false;
  #line: (() => void)[] = [];

  constructor(turns: Turns) {
    this.#turns = turns;
  }

  /** Which turn it is. */
  get count(): number {
    return this.#count;
  }
  steady(): number {
    return this.#turns.steady();
  }

  /** @param ms used besides what was told by {@link spend} */
  isSpent(ms: number): boolean {
    return this.#used + ms >= TURN_MS;
  }

  spend(ms: number): void {
    this.#used += ms;
    if (this.#used >= WATCHED_MS) this.#watch();
    if (this.#used < TURN_MS) this.#line.shift()?.();
  }

  /** Resolves in a later turn, when those before have had theirs. */
  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#line.push(resolve);
      this.#watch();
    });
  }

  #watch(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    void this.#turns.pause().then(() => {
      this.#isWatching = false;
      this.#used = 0;
      this.#count++;
      this.#line.shift()?.(); // its end calls the next
      if (this.#line.length > 0) this.#watch();
    });
  }
}

/** One who reads: what is done between {@link begin} and {@link end} does not wait. */
export class FairReader {
  #all: FairTurns;
  #since = 0;
  #turn = 0;
  #mine = 0;

  constructor(all: FairTurns) {
    this.#all = all;
  }

  begin(): void {
    this.#since = this.#all.steady();
  }

  end(): void {
    const used = this.#all.steady() - this.#since;
    if (this.#turn !== this.#all.count) {
      this.#turn = this.#all.count;
      this.#mine = 0;
    }
    this.#mine += used;
    this.#all.spend(used);
  }

  /** Between begin and end: whether to end now, and to {@link rest}. */
  get isOver(): boolean {
    return this.#isOver(this.#all.steady() - this.#since);
  }

  /** After the end; undefined: it may go on at once. */
  rest(): Promise<void> | undefined {
    return this.#isOver(0) ? this.#all.wait() : undefined;
  }

  /** Goes behind all who wait, whatever it used. */
  letOthers(): Promise<void> {
    return this.#all.wait();
  }

  #isOver(ms: number): boolean {
    const mine = this.#turn === this.#all.count ? this.#mine : 0;
    return mine + ms >= LIGHT_MS && this.#all.isSpent(ms);
  }
}

/** Of this process: it has one event loop. */
export const daemonFairTurns = new FairTurns(daemonTurns);
