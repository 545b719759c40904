/** Answers by idempotency key: the newest `capacity` of them; the oldest go first. */
export class Idempotency<T> {
  #answers = new Map<string, T>();

  constructor(readonly capacity: number) {}

  get(key: string): T | undefined {
    return this.#answers.get(key);
  }

  set(key: string, answer: T): void {
    this.#answers.delete(key);
    this.#answers.set(key, answer);
    if (this.#answers.size > this.capacity) {
      for (const oldest of this.#answers.keys()) {
        this.#answers.delete(oldest);
        break;
      }
    }
  }

  entries(): [string, T][] {
    return [...this.#answers];
  }
}
