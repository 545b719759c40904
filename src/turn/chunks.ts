/**
 * Puts the pieces that an agent writes together, so that one that writes quickly makes few events, and so that a word is in
 * one of them: half a secret looks like none. The first words behind a pause are told at once. What an agent says and what it
 * thinks are two texts: one goes on behind the other, and behind a call, where what it says begins a line.
 */
import { announcesSecret, beginOfKey } from "../domain/stream_mask.ts";
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
  readonly #texts: Readonly<Record<Chunk["kind"], Held>>;
  /** A call stands behind the line that was said last. */
  #isParted = false;

  constructor(tell: (chunk: Chunk) => void) {
    const held = (kind: Chunk["kind"]) => new Held((text) => tell({ kind, text }));
    this.#texts = { text: held("text"), thought: held("thought") };
  }

  add({ kind, text }: Chunk): void {
    if (text === "") return;
    this.#texts[kind === "text" ? "thought" : "text"].interrupt();
    const isGlued = kind === "text" && this.#isParted && !text.startsWith("\n");
    if (kind === "text") this.#isParted = false;
    this.#texts[kind].add(isGlued ? `\n${text}` : text);
  }

  /** A call of a tool begins: what is said behind it is a line of its own, but where a secret may have begun before it. */
  part(): void {
    this.interrupt();
    this.#isParted ||= this.#texts.text.isInLine;
  }

  /** The turn goes on with something else. Tells all but what announces a secret: the value may come behind that. */
  interrupt(): void {
    for (const held of Object.values(this.#texts)) held.interrupt();
  }

  /** The turn has ended: tells all that is held. */
  flush(): void {
    for (const held of Object.values(this.#texts)) held.flush();
  }
}

/** One text, as far as it is not told yet. */
class Held {
  readonly #tell: (text: string) => void;
  #text = "";
  /** The last that was added. */
  #end = "\n";
  /** Runs while something is held; ends that. */
  #late: (() => void) | undefined;
  /** Runs for {@link GATHER_MS} behind what was told; ends it early. */
  #pause: (() => void) | undefined;

  constructor(tell: (text: string) => void) {
    this.#tell = tell;
  }

  /** All is told, and another word would stand in the same line. */
  get isInLine(): boolean {
    return this.#text === "" && this.#end !== "\n";
  }

  add(text: string): void {
    this.#text += text;
    this.#end = text.slice(-1);
    if (this.#pause === undefined || this.#text.length >= LARGE) this.#tellWords();
    this.#late?.();
    this.#late = this.#text === "" ? undefined : setTimer(LAST_MS, () => this.#tellLast());
  }

  interrupt(): void {
    const end = endOfWords(this.#text);
    const last = mayAnnounce(this.#text.slice(end)) ? this.#text.slice(end) : "";
    if (last === this.#text) return; // its time goes on
    this.#text = this.#text.slice(0, this.#text.length - last.length);
    this.flush();
    this.#text = last;
    if (last !== "") this.#late = setTimer(LAST_MS, () => this.#tellLast());
  }

  flush(): void {
    this.#pause?.();
    this.#late?.();
    this.#pause = this.#late = undefined;
    const text = this.#text;
    this.#text = "";
    if (text !== "") this.#tell(text);
  }

  /** Tells all but a word that may go on. What comes next is gathered for a while. */
  #tellWords(): void {
    let text = this.#text;
    const tell = (end: number) => {
      this.#tell(text.slice(0, end));
      text = text.slice(end);
    };
    const before = text.length;
    while (text.length >= LARGE) tell(endOfWords(text.slice(0, LARGE)) || whole(text, LARGE));
    const end = endOfWords(text) || (text.length > WORD ? whole(text, text.length) : 0);
    if (text.slice(0, end).trim() !== "") tell(end);
    this.#text = text;
    // What is held and long is not looked at again for each piece that comes.
    if (text.length < before || text.length > WORD) this.#rest();
  }

  #tellLast(): void {
    if (this.#text.split(/\s/).some((word) => ANNOUNCES.test(word))) return;
    if (!announcesSecret(this.#text.slice(endOfWords(this.#text)))) this.flush();
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

/** Words that announce a secret, and tokens, by their first letters. */
const BEGINS =
  "secret passphrase password passwd pwd token credential key apikey authorization cookie bearer basic sk gh akia"
    .split(" ");

/** Whether the words announce a secret, or do where the last one goes on. */
function mayAnnounce(words: string): boolean {
  const part = /[a-z]+$/.exec(words.toLowerCase())?.[0];
  return /[-_0-9]$|\b(?:sk|gh[a-z]|xox[a-z])[-_][\w-]*$/.test(words) ||
    (part !== undefined && BEGINS.some((one) => one.startsWith(part))) ||
    announcesSecret(words);
}

/**
 * Where the words begin that may go on: the last one, and those before it that announce it; the line that begins a private
 * key is one. Signs beyond ASCII are words by
 * themselves: no secret is made of them.
 */
function endOfWords(text: string): number {
  let end = beginOfWord(text, text.length);
  for (;;) {
    const before = text.slice(0, end).trimEnd().length;
    const begin = beginOfWord(text, before);
    if (begin === before || !ANNOUNCES.test(text.slice(begin, before))) break;
    end = begin;
  }
  return whole(text, beginOfKey(text.slice(0, end)));
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
