/** How often a program that fails may be started again: so often in so long, then not before that time is over. Pure. */

/** Failures that are forgiven, in so long, ms. */
export const BUDGET = { failures: 5, withinMs: 600_000 } as const;

export class RestartBudget {
  #failures: readonly number[] = [];

  /** It did not start, or ended by itself. @param now ms */
  failed(now: number): void {
    this.#failures = [...this.#recent(now), now];
  }

  /** How long it is not to be started, ms: 0 where it may be now. */
  waitMs(now: number): number {
    const recent = this.#recent(now);
    const first = recent.at(-BUDGET.failures);
    return first === undefined ? 0 : first + BUDGET.withinMs - now;
  }

  /** Failures that are not forgotten yet. */
  count(now: number): number {
    return this.#recent(now).length;
  }

  #recent(now: number): readonly number[] {
    return this.#failures.filter((at) => now - at < BUDGET.withinMs && at <= now);
  }
}
