/** An allowance that is filled again with time, up to what it was at first. */
export class Bucket {
  #capacity: number;
  #perSecond: number;
  #steady: () => number;
  #left: number;
  #at: number;

  /** @param steady milliseconds that never go back */
  constructor(capacity: number, perSecond: number, steady: () => number) {
    this.#capacity = this.#left = capacity;
    this.#perSecond = perSecond;
    this.#steady = steady;
    this.#at = steady();
  }

  get isEmpty(): boolean {
    this.#fill();
    return this.#left <= 0;
  }

  /** May take more than is left: then it is empty for the longer. */
  take(amount: number): void {
    this.#fill();
    this.#left -= amount;
  }

  #fill(): void {
    const now = this.#steady();
    this.#left = Math.min(this.#capacity, this.#left + (now - this.#at) / 1000 * this.#perSecond);
    this.#at = now;
  }
}
