/**
 * Which keys and taps can have been meant for what is on the screen: nobody answers what nobody has read. The same in every
 * window. Pure: the time goes in.
 */

/** What is on the screen for less than this takes no answer, ms. */
export const READING_MS = 400;
/**
 * A terminal does not tell a key that is held down from one that is pressed again: the same key within this time of the one
 * before may be its repeat, ms. Keyboards wait 250 to 660 ms before the first one.
 */
export const REPEAT_MS = 700;

/** @param since when it appeared @param pressed when the key that answers it was pressed, of one held down first ({@link KeyRun}) */
export function isRead(since: number, pressed: number): boolean {
  return pressed - since >= READING_MS;
}

/** Why a key is no answer to what was first visible at `since`. */
export function tooSoon(since: number, now: number): string {
  return isRead(since, now)
    ? "a key held down answers nothing new: let go, then press"
    : "it has only just appeared: press again";
}

/** Since when the key is down that comes from a terminal. */
export class KeyRun {
  #last: { readonly key: string; readonly at: number; readonly began: number } | undefined;

  /** @returns when it was pressed; of a key that may be held down, when that began */
  press(key: string, now: number): number {
    const last = this.#last;
    const began = last?.key === key && now - last.at < REPEAT_MS ? last.began : now;
    this.#last = { key, at: now, began };
    return began;
  }
}

/** What can be answered on the screen, and since when. */
export class ReadingGuard {
  #shown: { readonly what: string; readonly at: number } | undefined;

  get shown(): string | undefined {
    return this.#shown?.what;
  }

  /** What can be answered on the screen now. @param now ms, of the clock that stamps taps and keys */
  show(what: string | undefined, now: number): void {
    if (what === undefined) this.#shown = undefined;
    else if (this.#shown?.what !== what) this.#shown = { what, at: now };
  }

  /** The person comes back to the window: what appeared meanwhile is new to them. */
  again(now: number): void {
    if (this.#shown !== undefined) this.#shown = { ...this.#shown, at: now };
  }

  /** Whether a tap or key of `pressed` can have been meant for it. */
  isMeant(what: string, pressed: number): boolean {
    return this.#shown?.what === what && isRead(this.#shown.at, pressed);
  }
}
