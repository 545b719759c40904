/** How fast a capsule may send, so that one with many things to say is slowed down and not killed as a flood. Pure. */

/** Of the 200 that the daemon bears. */
const PER_SECOND = 120;

export class SendPace {
  #now: () => number;
  #begin: number;
  #count = 0;

  /** @param now milliseconds that never go back */
  constructor(now: () => number) {
    this.#now = now;
    this.#begin = now();
  }

  /** Takes the next place; how long to wait for it, ms. */
  next(): number {
    const now = this.#now();
    if (now - this.#begin >= 1000) {
      this.#begin = now;
      this.#count = 0;
    }
    if (this.#count >= PER_SECOND) {
      this.#begin += 1000;
      this.#count = 0;
    }
    this.#count++;
    return this.#begin > now ? this.#begin - now : 0;
  }
}
