/** Turns of the event loop that a test counts and fills. */
import type { Turns } from "../../src/lib/slices.ts";

/** Each look at its clock takes a millisecond. */
export class FakeTurns implements Turns {
  #steady = 0;
  /** How often others had their turn. */
  pauses = 0;

  /** @param others what they do in it */
  constructor(readonly others: (pause: number) => void = () => {}) {}

  steady(): number {
    return this.#steady++;
  }

  async pause(): Promise<void> {
    await Promise.resolve();
    this.others(++this.pauses);
  }
}
