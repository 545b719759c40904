/** How long work over the whole journal leaves others their turns. */

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
