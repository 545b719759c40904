/** Which requests stand whole in which chat: a typed yes counts for those only, as a button stands below those only. */

/** The oldest go: their buttons still answer. */
const MOST = 500;

export class FullyShownRequests {
  #shown = new Set<string>();

  /** All of its messages have arrived there. */
  add(chat: number, approval: string): void {
    this.#shown.add(`${chat} ${approval}`);
    for (const oldest of this.#shown) {
      if (this.#shown.size <= MOST) break;
      this.#shown.delete(oldest);
    }
  }

  has(chat: number, approval: string): boolean {
    return this.#shown.has(`${chat} ${approval}`);
  }
}
