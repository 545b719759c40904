/** Counts the wrong tokens of each address: past ten in a minute those of the next minute get 429. Also this machine's. */

/** So many get 401, in so long … */
const TRIES = 10;
const WINDOW_MS = 60_000;
/** … and then for so long they get 429, ms. */
const BLOCKED_MS = 60_000;
/** Addresses that are told apart; then the one that was silent longest is forgotten. */
const MOST_ADDRESSES = 256;

interface Tries {
  at: number[];
  blockedUntil: number;
}

export class WrongTokens {
  #steady: () => number;
  #by = new Map<string, Tries>();

  /** @param steady milliseconds that never go back */
  constructor(steady: () => number) {
    this.#steady = steady;
  }

  /** Seconds until `address` may try again; 0: now. */
  blockedSecs(address: string): number {
    return Math.max(0, ((this.#by.get(address)?.blockedUntil ?? 0) - this.#steady()) / 1000);
  }

  /** One more came from `address`. @returns as {@link blockedSecs} */
  count(address: string): number {
    const now = this.#steady();
    const tries = this.#by.get(address) ?? { at: [], blockedUntil: 0 };
    tries.at = [...tries.at.filter((at) => now - at < WINDOW_MS), now];
    if (tries.at.length > TRIES) {
      tries.at = [];
      tries.blockedUntil = now + BLOCKED_MS;
    }
    this.#by.delete(address);
    this.#by.set(address, tries);
    const [oldest] = this.#by.keys();
    if (this.#by.size > MOST_ADDRESSES && oldest !== undefined) this.#by.delete(oldest);
    return this.blockedSecs(address);
  }
}
