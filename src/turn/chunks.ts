/**
 * Puts the pieces that an agent writes together, so that one that writes quickly makes few events, and so that a word is in
 * one of them: half a secret looks like none.
 */
import { setTimer } from "../platform/clock.ts";

export interface Chunk {
  readonly kind: "text" | "thought";
  readonly text: string;
}

/** Pieces are gathered for so long, ms: a reader sees no difference. */
const GATHER_MS = 50;
/** More than this is told at once, UTF-16 units. */
const LARGE = 16_384;
/** A word that is longer is told in parts, UTF-16 units. */
const WORD = 512;

interface Held {
  readonly kind: Chunk["kind"];
  text: string;
  readonly cancel: () => void;
}

export class Chunks {
  readonly #tell: (chunk: Chunk) => void;
  #held: Held | undefined;

  constructor(tell: (chunk: Chunk) => void) {
    this.#tell = tell;
  }

  add({ kind, text }: Chunk): void {
    if (text === "") return;
    if (this.#held !== undefined && this.#held.kind !== kind) this.flush();
    this.#held ??= this.#hold(kind, "");
    this.#held.text += text;
    if (this.#held.text.length >= LARGE) this.#tellWords();
  }

  /** Tells all that is held: the turn goes on with something else, or has ended. */
  flush(): void {
    const held = this.#take();
    if (held !== undefined) this.#tell({ kind: held.kind, text: held.text });
  }

  /** Tells all but a word that may go on. */
  #tellWords(): void {
    const held = this.#take();
    if (held === undefined) return;
    let { text } = held;
    while (text.length >= LARGE) {
      const end = endOfWords(text.slice(0, LARGE)) || whole(text, LARGE);
      this.#tell({ kind: held.kind, text: text.slice(0, end) });
      text = text.slice(end);
    }
    const end = endOfWords(text) || (text.length > WORD ? whole(text, text.length) : 0);
    if (end > 0) this.#tell({ kind: held.kind, text: text.slice(0, end) });
    if (end < text.length) this.#held = this.#hold(held.kind, text.slice(end));
  }

  #hold(kind: Chunk["kind"], text: string): Held {
    return { kind, text, cancel: setTimer(GATHER_MS, () => this.#tellWords()) };
  }

  #take(): Held | undefined {
    const held = this.#held;
    this.#held = undefined;
    held?.cancel();
    return held;
  }
}

/** Where the last word begins that may go on. Signs beyond ASCII are words by themselves: no secret is made of them. */
function endOfWords(text: string): number {
  let end = text.length;
  while (end > 0 && /[\x21-\x7e]/.test(text.charAt(end - 1))) end--;
  return whole(text, end);
}

/** `end`, or the place before it where a character of two units would be cut. */
function whole(text: string, end: number): number {
  return /[\ud800-\udbff]/.test(text[end - 1] ?? "") ? end - 1 : end;
}
