/**
 * Places for work that costs much, such as turns of agents: so many at once, and of those that wait the one with the highest
 * priority is next. Waiting adds to it, so that none waits for ever behind others.
 */

export interface WorkPlace {
  /** Gives it back; a second call does nothing. */
  leave(): void;
  /**
   * Others may have it meanwhile: a person is waited for. @returns ends that: who was answered goes on at once, even where
   * that is one more than there are places
   */
  lend(): () => void;
}

interface Waiting {
  readonly priority: number;
  /** Steady ms. */
  readonly since: number;
  readonly take: () => void;
}

/** Waiting adds one point for so long, ms: the whole range of priorities in 33 minutes. */
export const CREDIT_MS = 10_000;

export class WorkPlaces {
  readonly #limit: () => number;
  readonly #now: () => number;
  readonly #waiting = new Set<Waiting>();
  #taken = 0;

  /**
   * @param limit places; may change at any time
   * @param now steady ms
   */
  constructor(limit: () => number, now: () => number) {
    this.#limit = limit;
    this.#now = now;
  }

  /** Rejects with the reason of `signal`, where that fires before there is a place. */
  async take(priority: number, signal: AbortSignal): Promise<WorkPlace> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = { priority, since: this.#now(), take: resolve };
    const onAbort = () => {
      // One that has got its place meanwhile has it: its caller sees that it was aborted.
      if (this.#waiting.delete(waiting)) reject(signal.reason);
    };
    this.#waiting.add(waiting);
    signal.addEventListener("abort", onAbort, { once: true });
    this.giveFree();
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
    return this.#place();
  }

  /** Gives the free places away: there may be more of them than before. */
  giveFree(): void {
    const now = this.#now();
    const weight = ({ priority, since }: Waiting) => priority + (now - since) / CREDIT_MS;
    while (this.#taken < this.#limit() && this.#waiting.size > 0) {
      const next = [...this.#waiting].reduce((best, one) => weight(one) > weight(best) ? one : best);
      this.#waiting.delete(next);
      this.#taken++;
      next.take();
    }
  }

  #place(): WorkPlace {
    let state: "held" | "lent" | "left" = "held";
    const free = () => {
      this.#taken--;
      this.giveFree();
    };
    return {
      leave: () => {
        const before = state;
        state = "left";
        if (before === "held") free();
      },
      lend: () => {
        if (state !== "held") return () => {};
        state = "lent";
        free();
        return () => {
          if (state !== "lent") return;
          state = "held";
          this.#taken++;
        };
      },
    };
  }
}
