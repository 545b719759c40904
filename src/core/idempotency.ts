/** Results by idempotency key: the newest `capacity` of them; the oldest are dropped. */
export class Idempotency<T> {
  #results = new Map<string, T>();
  #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(key: string): T | undefined {
    return this.#results.get(key);
  }

  set(key: string, result: T): void {
    this.#results.delete(key);
    this.#results.set(key, result);
    if (this.#results.size <= this.#capacity) return;
    const [oldest] = this.#results.keys();
    if (oldest !== undefined) this.#results.delete(oldest);
  }

  entries(): [string, T][] {
    return [...this.#results];
  }
}
