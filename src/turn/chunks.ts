/**
 * Puts the pieces that an agent writes together, so that one that writes quickly makes few events, and so that a word is in
 * one of them: half a secret looks like none. The first words behind a pause are told at once.
 */
import { setTimer } from "../platform/clock.ts";

export interface Chunk {
  readonly kind: "text" | "thought";
  readonly text: string;
}

/** Pieces are gathered for so long, ms: a reader sees no difference. */
const GATHER_MS = 50;
/** A word behind which nothing comes for so long is told as it is, ms; one that announces a secret is not. */
const LAST_MS = 1000;
/** More than this is told at once, UTF-16 units. */
const LARGE = 16_384;
/** A word that is longer is told in parts, UTF-16 units. */
const WORD = 512;

export class Chunks {
  readonly #tell: (chunk: Chunk) => void;
  /** What is not told yet. */
  #held: Chunk | undefined;
  /** Runs while something is held; ends that. */
  #late: (() => void) | undefined;
  /** Runs for {@link GATHER_MS} behind what was told; ends it early. */
  #pause: (() => void) | undefined;

  constructor(tell: (chunk: Chunk) => void) {
    this.#tell = tell;
  }

  add({ kind, text }: Chunk): void {
    if (text === "") return;
    if (this.#held !== undefined && this.#held.kind !== kind) this.flush();
    this.#held = { kind, text: (this.#held?.text ?? "") + text };
    if (this.#pause === undefined || this.#held.text.length >= LARGE) this.#tellWords();
    this.#late?.();
    this.#late = this.#held === undefined ? undefined : setTimer(LAST_MS, () => this.#tellLast());
  }

  /** Tells all that is held: the turn goes on with something else, or has ended. */
  flush(): void {
    this.#pause?.();
    this.#late?.();
    this.#pause = this.#late = undefined;
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#tell(held);
  }

  /** Tells all but a word that may go on. What comes next is gathered for a while. */
  #tellWords(): void {
    if (this.#held === undefined) return;
    const { kind } = this.#held;
    let { text } = this.#held;
    const tell = (end: number) => {
      this.#tell({ kind, text: text.slice(0, end) });
      text = text.slice(end);
    };
    const before = text.length;
    while (text.length >= LARGE) tell(endOfWords(text.slice(0, LARGE)) || whole(text, LARGE));
    const end = endOfWords(text) || (text.length > WORD ? whole(text, text.length) : 0);
    if (text.slice(0, end).trim() !== "") tell(end);
    this.#held = text === "" ? undefined : { kind, text };
    // What is held and long is not looked at again for each piece that comes.
    if (text.length < before || text.length > WORD) this.#rest();
  }

  #tellLast(): void {
    const isAnnounced = this.#held?.text.split(/\s/).some((word) => ANNOUNCES.test(word));
    if (isAnnounced === false) this.flush();
  }

  #rest(): void {
    this.#pause?.();
    this.#pause = setTimer(GATHER_MS, () => {
      this.#pause = undefined;
      this.#tellWords();
    });
  }
}

/** A word behind which a secret may stand, as mask.ts knows them: it is told together with what follows. */
const ANNOUNCES = /secret|pass|pwd|token|credential|key|auth|cookie|bearer|basic|[=:>"']$|^-/i;

/**
 * Where the words begin that may go on: the last one, and those before it that announce it. Signs beyond ASCII are words by
 * themselves: no secret is made of them.
 */
function endOfWords(text: string): number {
  let end = beginOfWord(text, text.length);
  for (;;) {
    const before = text.slice(0, end).trimEnd().length;
    const begin = beginOfWord(text, before);
    if (begin === before || !ANNOUNCES.test(text.slice(begin, before))) return whole(text, end);
    end = begin;
  }
}

function beginOfWord(text: string, end: number): number {
  let at = end;
  while (at > 0 && /[\x21-\x7e]/.test(text.charAt(at - 1))) at--;
  return at;
}

/** `end`, or the place before it where a character of two units would be cut. */
function whole(text: string, end: number): number {
  return /[\ud800-\udbff]/.test(text[end - 1] ?? "") ? end - 1 : end;
}
