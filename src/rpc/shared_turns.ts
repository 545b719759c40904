/**
 * Turns for connections that may not take all of the daemon's time together: each takes what one read has brought, and
 * when they have used their share of the moment, the others wait in line while everybody else is served. One connection
 * by itself never waits here: fair_turns.ts sees to it that the event loop serves the others between its reads.
 */
export interface SharedTurnsOptions {
  /** Milliseconds that never go back. */
  readonly steady: () => number;
  /** Resolves when everything that was ready had its turn. */
  readonly pause: () => Promise<void>;
}

/** Of so many ms … */
const MOMENT_MS = 8;
/** … all of them together may use these. */
const SHARE_MS = 4;

export class SharedTurns {
  #o: SharedTurnsOptions;
  #line: (() => void)[] = [];
  #began = -Infinity;
  #used = 0;
  #only: object | undefined;
  #isPausing = false;

  constructor(options: SharedTurnsOptions) {
    this.#o = options;
  }

  /** Does `work` for `who`, at once or when it is its turn. */
  run<T>(who: object, work: () => T): T | Promise<T> {
    const turn = this.#enter(who);
    return turn === undefined ? this.#work(work) : turn.then(() => this.#work(work));
  }

  #work<T>(work: () => T): T {
    const since = this.#o.steady();
    try {
      return work();
    } finally {
      this.#used += this.#o.steady() - since;
      this.#next();
    }
  }

  /** Undefined where it may begin at once, else when it may. */
  #enter(who: object): Promise<void> | undefined {
    const now = this.#o.steady();
    if (this.#line.length === 0 && !this.#isPausing && now - this.#began > MOMENT_MS) this.#begin(now, who);
    if (this.#only === who) return undefined;
    this.#only = undefined;
    if (this.#line.length === 0 && !this.#isPausing && this.#used < SHARE_MS) return undefined;
    return new Promise((resolve) => {
      this.#line.push(resolve);
      this.#next();
    });
  }

  #begin(now: number, who: object | undefined): void {
    this.#began = now;
    this.#used = 0;
    this.#only = who;
  }

  /** One of the line at a time: its end calls the next. */
  #next(): void {
    if (this.#isPausing || this.#line.length === 0) return;
    if (this.#used < SHARE_MS) return this.#line.shift()?.();
    this.#isPausing = true;
    void this.#o.pause().then(() => {
      this.#isPausing = false;
      this.#begin(this.#o.steady(), undefined);
      this.#next();
    });
  }
}
