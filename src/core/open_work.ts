/** Work that goes on without a client: while there is some, an idle daemon stays, and who stops it is asked to confirm. */

export class OpenWork {
  readonly #counts = new Map<string, number>();

  /**
   * @param what it is, as people say it of several: `turns`
   * @returns ends it; a second call does nothing
   */
  begin(what: string): () => void {
    this.#add(what, 1);
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      this.#add(what, -1);
    };
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** What there is, by its word. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  #add(what: string, change: 1 | -1): void {
    const count = (this.#counts.get(what) ?? 0) + change;
    if (count === 0) this.#counts.delete(what);
    else this.#counts.set(what, count);
  }
}
