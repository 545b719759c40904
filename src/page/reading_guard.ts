/**
 * What has only just appeared takes no tap and no key: nobody has read it, and a finger on its way meant what stood there
 * before. Pure: the time goes in.
 */
import { READING_MS } from "../view/board.ts";

export class ReadingGuard {
  #shown: { readonly what: string; readonly at: number } | undefined;

  /** What can be answered on the screen now. @param now ms, of the clock that stamps taps and keys */
  show(what: string | undefined, now: number): void {
    if (what === undefined) this.#shown = undefined;
    else if (this.#shown?.what !== what) this.#shown = { what, at: now };
  }

  /** The person comes back to the page: what appeared meanwhile is new to them. */
  again(now: number): void {
    if (this.#shown !== undefined) this.#shown = { ...this.#shown, at: now };
  }

  /** Whether a tap or key at `now` can have been meant for it. */
  isMeant(what: string, now: number): boolean {
    return this.#shown?.what === what && now - this.#shown.at >= READING_MS;
  }
}
