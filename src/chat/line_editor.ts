/** The chat's line as it is typed: what a key does beside editing (lib/edited_text.ts), several lines, history, pastes. Pure. */
import { EditedText } from "../lib/edited_text.ts";
import { graphemes } from "../lib/graphemes.ts";
import { nameOfSequence } from "./keys.ts";

/** What the caller has to do about a key. */
export type Does = "shown" | "submit" | "end" | "interrupt" | "complete" | "clear" | "suspend" | "nothing";

/** A longer text takes no more, UTF-16 units. */
const MAX_TEXT = 65_536;

export class LineEditor {
  readonly #line = new EditedText();
  /** Oldest first. */
  readonly #history: readonly string[];
  /** Which of the history is shown; its length: the line that is being typed. */
  #at: number;
  /** The line that is being typed, while one of the history is shown. */
  #draft = "";

  constructor(history: readonly string[] = []) {
    this.#history = history;
    this.#at = history.length;
  }

  get text(): string {
    return this.#line.text;
  }
  get caret(): number {
    return this.#line.caret;
  }

  /** @param key as the terminal has sent it */
  press(key: string): Does {
    const name = nameOfSequence(key);
    const does = name === undefined ? undefined : KEYS[name];
    if (does !== undefined) return does(this);
    if (name !== undefined) return this.#line.press(name) ? "shown" : "nothing";
    // deno-lint-ignore no-control-regex
    if (/^[\x00-\x1f\x7f-\x9f]/.test(key)) return "nothing";
    return this.insert(key);
  }

  /** A pasted text sends nothing: its line breaks stay, its other control characters go. */
  paste(text: string): Does {
    const lines = text.replace(/\r\n?/g, "\n").replace(/\n$/, "").replaceAll("\t", "  ");
    // deno-lint-ignore no-control-regex
    return this.insert(lines.replace(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/g, ""));
  }

  insert(text: string): Does {
    return this.replace(this.caret, text);
  }

  /** What stands between `from` and the caret becomes `text`. */
  replace(from: number, text: string): Does {
    if (this.text.length + text.length > MAX_TEXT) return "nothing";
    this.#line.replace(from, text);
    return "shown";
  }

  yank(): Does {
    return this.insert(this.#line.lastCut);
  }

  /** A backslash at the end of the text asks for one more line. */
  enter(): Does {
    if ((/\\*$/.exec(this.text)?.[0].length ?? 0) % 2 === 0) return "submit";
    this.#line.set(`${this.text.slice(0, -1)}\n`);
    return "shown";
  }

  /** To the line above or below, and from the first or last one into the history. */
  vertical(by: -1 | 1): Does {
    const lines = this.text.split("\n");
    const before = this.text.slice(0, this.caret).split("\n");
    const to = lines[before.length - 1 + by];
    if (to === undefined) return this.#recall(by);
    const start = lines.slice(0, before.length - 1 + by).reduce((sum, line) => sum + line.length + 1, 0);
    const column = [...graphemes(before.at(-1) ?? "")].length;
    this.#line.go(start + [...graphemes(to)].slice(0, column).join("").length);
    return "shown";
  }

  #recall(by: -1 | 1): Does {
    const at = this.#at + by;
    if (at < 0 || at > this.#history.length) return "nothing";
    if (this.#at === this.#history.length) this.#draft = this.text;
    this.#at = at;
    this.#line.set(this.#history[at] ?? this.#draft);
    return "shown";
  }

  /** Ctrl-D: the character under the caret goes, and at an empty line the person. */
  removeOrEnd(): Does {
    if (this.text === "") return "end";
    this.#line.press("Delete");
    return "shown";
  }
}

type Press = (line: LineEditor) => Does;

const up: Press = (line) => line.vertical(-1);
const down: Press = (line) => line.vertical(1);

/** What is more than editing. */
const KEYS: Readonly<Record<string, Press>> = {
  Enter: (line) => line.enter(),
  "Alt+Enter": (line) => line.insert("\n"),
  Tab: () => "complete",
  Up: up,
  "Ctrl+P": up,
  Down: down,
  "Ctrl+N": down,
  "Ctrl+Y": (line) => line.yank(),
  "Ctrl+L": () => "clear",
  "Ctrl+Z": () => "suspend",
  "Ctrl+C": () => "interrupt",
  "Ctrl+D": (line) => line.removeOrEnd(),
};
