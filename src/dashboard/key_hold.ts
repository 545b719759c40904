/**
 * Holds a key that answers for a moment: what a program types, or a terminal pastes without its marks, comes key by key too,
 * but faster than a person types. Whatever comes right before or after another key has not come alone.
 */
import type { KeyPress } from "./terminal_port.ts";

/** An answer waits so long for another key, ms: programs that type for somebody take 12 or 20 for each. */
export const HOLD_MS = 25;
/**
 * A key that answers has not come alone so long behind another, ms: what is pasted without its marks may stall in between.
 * It costs who answers nothing. Fast typists press Enter sooner behind a letter.
 */
export const BEHIND_MS = 50;
/** Keys that answer, or may lead to an answer, and those that begin or switch something at once. */
const ANSWERS = /^(?:[aAdDynwre1-9]|Enter)$/;

/** Does `work` after so many ms. @returns what takes it back */
type Later = (work: () => void, ms: number) => () => void;

export class KeyHold {
  readonly #deliver: (press: KeyPress, at: number) => void;
  readonly #later: Later;
  #held: { readonly press: KeyPress; readonly at: number; readonly cancel: () => void } | undefined;
  #last = { key: "", at: -Infinity, isTogether: false };

  /** @param deliver gets each key, and when it was pressed, ms */
  constructor(deliver: (press: KeyPress, at: number) => void, later: Later = afterMs) {
    this.#deliver = deliver;
    this.#later = later;
  }

  press(press: KeyPress, now: number): void {
    const { key } = press;
    const held = this.#release(false);
    const isClose = now - this.#last.at < (ANSWERS.test(key) && key !== "Enter" ? BEHIND_MS : HOLD_MS);
    // A key that is held down repeats as fast as that: it is what it was when it was pressed.
    const isTogether = isClose && (held || key !== this.#last.key || this.#last.isTogether);
    this.#last = { key, at: now, isTogether };
    if (isTogether) return this.#deliver({ key, alone: false }, now);
    if (isClose || !press.alone || !ANSWERS.test(key)) return this.#deliver(press, now);
    this.#held = { press, at: now, cancel: this.#later(() => this.#release(true), HOLD_MS) };
  }

  /** A text came that was pasted: what comes right behind it belongs to it. */
  paste(now: number): void {
    this.#release(false);
    this.#last = { key: "", at: now, isTogether: true };
  }

  /** Forgets what is held. */
  close(): void {
    this.#held?.cancel();
    this.#held = undefined;
  }

  /** @returns whether a key was held */
  #release(alone: boolean): boolean {
    const held = this.#held;
    if (held === undefined) return false;
    this.close();
    this.#deliver({ key: held.press.key, alone }, held.at);
    return true;
  }
}

function afterMs(work: () => void, ms: number): () => void {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
}
