/** Work that is done again until nothing of it is left, one run at a time, behind waits that grow. */

/** Nothing is left; some is, for later; or Telegram wants nothing of it before so many ms. */
export type Left = boolean | { readonly notBeforeMs: number };

export interface RetryLoopOptions {
  /** Looks at what there is to do each time: it is not told. */
  readonly work: () => Promise<Left>;
  /** Runs the loop beside all else, and says where it has failed. */
  readonly run: (loop: () => Promise<void>) => void;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Ends it. */
  readonly signal: AbortSignal;
}

const RETRY_MS = 5000;
const LONGEST_RETRY_MS = 60_000;

export class RetryLoop {
  #o: RetryLoopOptions;
  #isWanted = false;
  #isRunning = false;
  /** Ends a wait for another try. */
  #wake = new AbortController();

  constructor(options: RetryLoopOptions) {
    this.#o = options;
  }

  /** There is something to do; a wait ends, but for one that Telegram asked for. */
  wake(): void {
    this.#isWanted = true;
    this.#wake.abort();
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#o.run(() => this.#loop());
  }

  async #loop(): Promise<void> {
    const { work, signal } = this.#o;
    try {
      for (let failures = 0; this.#isWanted && !signal.aborted;) {
        this.#isWanted = false;
        this.#wake = new AbortController();
        const left = await work();
        if (left === false) {
          failures = 0;
          continue;
        }
        this.#isWanted = true;
        await this.#rest(left, failures++);
      }
    } finally {
      // In the turn of the last look at what is wanted: who wakes it behind that begins another loop.
      this.#isRunning = false;
    }
  }

  async #rest(left: Exclude<Left, false>, failures: number): Promise<void> {
    const { sleep, signal } = this.#o;
    const isAsked = typeof left === "object";
    const ms = isAsked ? left.notBeforeMs : Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** Math.min(failures, 5));
    await sleep(ms, isAsked ? signal : AbortSignal.any([signal, this.#wake.signal])).catch(() => {});
  }
}
