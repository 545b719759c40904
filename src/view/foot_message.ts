/**
 * What a board says at its foot: a note on the last key, and what became of an answer. Both go by themselves. A note goes
 * at the next key too, a result stays readable through the keys that follow. Pure: the time goes in.
 */

/** How long anything is said, ms. */
export const SAID_MS = 6000;
/** How long a result is said whatever is pressed, ms. */
export const RESULT_MS = 3000;

interface Said {
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

  note(text: string | undefined, now: number): void {
    this.#note = text === undefined ? undefined : { text, at: now };
  }

  result(text: string, now: number): void {
    this.#note = undefined;
    this.#result = { text, at: now };
  }

  pressed(now: number): void {
    this.#note = undefined;
    if (isOver(this.#result, now, RESULT_MS)) this.#result = undefined;
  }

  /** @returns whether a note has gone */
  passed(now: number): boolean {
    if (isOver(this.#result, now, SAID_MS)) this.#result = undefined;
    if (!isOver(this.#note, now, SAID_MS)) return false;
    this.#note = undefined;
    return true;
  }
}

function isOver(said: Said | undefined, now: number, ms: number): boolean {
  return said !== undefined && now - said.at >= ms;
}
