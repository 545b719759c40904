/** Results by idempotency key: the newest `capacity` of them; the oldest are dropped. */
export class Idempotency<T> {
  results = new Map<string, T>();

  constructor(readonly capacity: number) {}

  get(key: string): T | undefined {
    return this.results.get(key);
  }

  set(key: string, answer: T): void {
    this.results.delete(key);
    this.results.set(key, answer);
    if (this.results.size > this.capacity) {
      for (const oldest of this.results.keys()) {
        this.results.delete(oldest);
        break;
      }
    }
  }

  entries(): [string, T][] {
    return [...this.results];
  }
}
