/** Keys and pasted texts in what a terminal sends. Pure but for what a read has cut in two. */

export type Typed = { readonly key: string } | { readonly paste: string };

const CTRL_C = "\x03";
const PASTE_BEGIN = "\x1b[200~";
const PASTE_END = "\x1b[201~";
// deno-lint-ignore no-control-regex
const KEY = /\x1b(?:\[[0-9;?]*[ -/]*[@-~]|O.|[^\x1b])|[\s\S]/gu;
const ESC = "\x1b";
/** An escape sequence without its end; Escape itself may be the beginning of one. */
// deno-lint-ignore no-control-regex
const CUT = /\x1b(?:\[[0-9;?]*[ -/]*|O)?$/;
/** A paste that never ends is given up at this length, UTF-16 units. */
const MAX_PASTE = 1_048_576;

export class KeyParser {
  #rest = "";
  #paste: string | undefined;

  /** The last of what came is an Escape, which may be a key or the beginning of a paste: the next read tells, or that none comes. */
  get waits(): boolean {
    return this.#rest === ESC;
  }

  /** Nothing has come behind it: the Escape was a key. */
  flush(): readonly Typed[] {
    if (!this.waits) return [];
    this.#rest = "";
    return [{ key: ESC }];
  }

  /** What is whole by now. */
  push(text: string): readonly Typed[] {
    const typed: Typed[] = [];
    // Alone in a read it is a person, who waits for a paste whose end got lost.
    if (text === CTRL_C && this.#paste !== undefined) {
      typed.push({ paste: this.#paste });
      this.#paste = undefined;
    }
    let rest = this.#rest + text;
    this.#rest = "";
    while (rest !== "") {
      if (this.#paste !== undefined) {
        const all = this.#paste + rest;
        const end = all.indexOf(PASTE_END);
        if (end < 0 && all.length < MAX_PASTE) {
          this.#paste = all;
          return typed;
        }
        typed.push({ paste: end < 0 ? all : all.slice(0, end) });
        this.#paste = undefined;
        rest = end < 0 ? "" : all.slice(end + PASTE_END.length);
        continue;
      }
      const begin = rest.indexOf(PASTE_BEGIN);
      const keys = begin < 0 ? rest : rest.slice(0, begin);
      const cut = begin < 0 ? CUT.exec(keys)?.index ?? keys.length : keys.length;
      for (const key of keys.slice(0, cut).match(KEY) ?? []) typed.push({ key });
      this.#rest = keys.slice(cut);
      if (begin < 0) return typed;
      this.#paste = "";
      rest = rest.slice(begin + PASTE_BEGIN.length);
    }
    return typed;
  }
}

/** Sequences of terminals, by the names of their keys: those that the line takes. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  Enter: ["\r", "\n"],
  "Alt+Enter": ["\x1b\r"],
  Tab: ["\t"],
  Backspace: ["\x7f", "\b"],
  "Alt+Backspace": ["\x1b\x7f"],
  Delete: ["\x1b[3~"],
  Home: ["\x1b[H", "\x1bOH", "\x1b[1~"],
  End: ["\x1b[F", "\x1bOF", "\x1b[4~"],
  Up: ["\x1b[A", "\x1bOA"],
  Down: ["\x1b[B", "\x1bOB"],
  Left: ["\x1b[D", "\x1bOD"],
  Right: ["\x1b[C", "\x1bOC"],
  "Ctrl+Left": ["\x1b[1;5D"],
  "Alt+Left": ["\x1b[1;3D"],
  "Ctrl+Right": ["\x1b[1;5C"],
  "Alt+Right": ["\x1b[1;3C"],
  "Alt+b": ["\x1bb"],
  "Alt+d": ["\x1bd"],
  "Alt+f": ["\x1bf"],
};
const NAME_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(NAMES).flatMap(([name, sequences]) => sequences.map((sequence) => [sequence, name])),
);

/** `\x1b[D` → `Left`, `\x01` → `Ctrl+A`; undefined for what is typed, and for what no line knows. */
export function nameOfSequence(sequence: string): string | undefined {
  const named = NAME_OF.get(sequence);
  // deno-lint-ignore no-control-regex
  if (named !== undefined || !/^[\x01-\x1a]$/.test(sequence)) return named;
  return `Ctrl+${String.fromCharCode(sequence.charCodeAt(0) + 0x40)}`;
}
