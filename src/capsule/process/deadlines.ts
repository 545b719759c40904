/** Many deadlines with one timer for the next of them: the timers that the daemon has live on when they are called off. */

import type { Clock } from "../../platform/system.ts";

export interface DeadlineClock extends Clock {
  setTimer(ms: number, action: () => void): () => void;
}

export class Deadlines {
  readonly #clock: DeadlineClock;
  readonly #due = new Map<number, { readonly at: number; readonly action: () => void }>();
  #next = 0;
  /** Of the timer that runs. */
  #timerAt = Infinity;
  #cancel = () => {};

  constructor(clock: DeadlineClock) {
    this.#clock = clock;
  }

  /** Calls `action` after `ms`, unless the returned function was called before. */
  set(ms: number, action: () => void): () => void {
    const id = this.#next++;
    const at = this.#clock.steady() + ms;
    this.#due.set(id, { at, action });
    if (at < this.#timerAt) this.#arm(at);
    return () => void this.#due.delete(id);
  }

  clear(): void {
    this.#due.clear();
    this.#cancel();
    this.#timerAt = Infinity;
  }

  #arm(at: number): void {
    this.#cancel();
    this.#timerAt = at;
    this.#cancel = this.#clock.setTimer(Math.max(0, at - this.#clock.steady()), () => this.#ring());
  }

  #ring(): void {
    this.#timerAt = Infinity;
    const now = this.#clock.steady();
    for (const [id, { at, action }] of [...this.#due]) {
      if (at > now || !this.#due.delete(id)) continue;
      action();
    }
    const next = Math.min(...this.#due.values().map(({ at }) => at));
    if (next < this.#timerAt && next !== Infinity) this.#arm(next);
  }
}
