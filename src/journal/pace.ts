/** How long work over the whole journal leaves others their turns. */
import type { Timers } from "../platform/system.ts";

export interface Pace {
  /** Called after each few hundred records; resolves at once while the turn may go on. @throws to give up */
  next(): Promise<void>;
}

/** Time after which other tasks get a turn, ms. */
const TURN_MS = 8;

/** For a command, which has nothing else to do. */
export class CommandPace implements Pace {
  #turn = performance.now();

  async next(): Promise<void> {
    if (performance.now() - this.#turn < TURN_MS) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#turn = performance.now();
  }
}

/** No event of a daemon waits longer than this for such work; between two slices it rests as long, ms. */
const SLICE_MS = 2;

export interface BackgroundPaceOptions {
  readonly timers: Timers;
  readonly steady: () => number;
  /** Gives up. */
  readonly signal: AbortSignal;
  /** From this time on, ms, it does not rest any more: it only gives way. */
  readonly hurryAfterMs?: number;
}

/** For work in the background of a daemon. */
export class BackgroundPace implements Pace {
  #options: BackgroundPaceOptions;
  #began: number;
  #slice: number;

  constructor(options: BackgroundPaceOptions) {
    this.#options = options;
    this.#slice = this.#began = options.steady();
  }

  async next(): Promise<void> {
    const { timers, steady, signal, hurryAfterMs = Infinity } = this.#options;
    signal.throwIfAborted();
    if (steady() - this.#slice < SLICE_MS) return;
    await timers.sleep(steady() - this.#began < hurryAfterMs ? SLICE_MS : 0, signal);
    this.#slice = steady();
  }
}
