/**
 * What a board says at its foot: a note on the last key, and what became of an answer. Both go by themselves. A note goes
 * at the next key too, a result stays readable through the keys that follow. Pure: the time goes in.
 */

/** How long anything is said, ms. */
export const SAID_MS = 6000;
/** How long a result is said whatever is pressed, ms. */
export const RESULT_MS = 3000;

export interface Said {
  readonly text: string;
  readonly at: number;
}

export class FootMessage {
  #note: Said | undefined;
  #result: Said | undefined;

  /** The latest of both. */
  get text(): string | undefined {
    return (this.#note ?? this.#result)?.text;
  }

  /** A result that a later note has taken the place of. */
  get covered(): string | undefined {
    return this.#note === undefined ? undefined : this.#result?.text;
  }

  /** @returns the note, by which {@link isNoted} knows it */
  note(text: string | undefined, now: number): Said | undefined {
    return this.#note = text === undefined ? undefined : { text, at: now };
  }

  /** Whether that very note still stands there: what a key means by it ends with its words. */
  isNoted(note: Said | undefined): boolean {
    return note !== undefined && note === this.#note;
  }

  result(text: string, now: number): void {
    this.#note = undefined;
    this.#result = { text, at: now };
  }

  pressed(now: number): void {
    this.#note = undefined;
    if (isOver(this.#result, now, RESULT_MS)) this.#result = undefined;
  }

  passed(now: number): void {
    if (isOver(this.#result, now, SAID_MS)) this.#result = undefined;
    if (isOver(this.#note, now, SAID_MS)) this.#note = undefined;
  }
}

function isOver(said: Said | undefined, now: number, ms: number): boolean {
  return said !== undefined && now - said.at >= ms;
}
