/** A line as it is typed: text, caret, history, what was cut. The keys are those of bash and readline. Pure. */
import { graphemesOf, nextPlace, placeBefore, wordBefore, wordBehind } from "./graphemes.ts";

/** What the caller has to do about a key. */
export type Does = "shown" | "submit" | "end" | "interrupt" | "complete" | "clear" | "suspend" | "nothing";

/** A longer text takes no more, UTF-16 units. */
const MAX_TEXT = 65_536;

export class LineEditor {
  #text = "";
  #caret = 0;
  /** What the last cut took away, for Ctrl-Y. */
  #cut = "";
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
    return this.#text;
  }
  get caret(): number {
    return this.#caret;
  }

  press(key: string): Does {
    const does = KEYS[key];
    if (does !== undefined) return does(this);
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
    if (this.#text.length + text.length > MAX_TEXT) return "nothing";
    return this.replace(this.#caret, text);
  }

  /** What stands between `from` and the caret becomes `text`. */
  replace(from: number, text: string): Does {
    return this.#set(this.#text.slice(0, from) + text + this.#text.slice(this.#caret), from + text.length);
  }

  /** A backslash at the end of the text asks for one more line. */
  enter(): Does {
    if ((/\\*$/.exec(this.#text)?.[0].length ?? 0) % 2 === 0) return "submit";
    const text = `${this.#text.slice(0, -1)}\n`;
    return this.#set(text, text.length);
  }

  /** Moves the caret to `at`. */
  go(at: number): Does {
    return this.#set(this.#text, at);
  }

  /** Takes away what stands between `from` and `to`; with `keeps`, for Ctrl-Y. */
  cut(from: number, to: number, keeps = true): Does {
    if (from === to) return "nothing";
    if (keeps) this.#cut = this.#text.slice(from, to);
    return this.#set(this.#text.slice(0, from) + this.#text.slice(to), from);
  }

  yank(): Does {
    return this.insert(this.#cut);
  }

  /** To the line above or below, and from the first or last one into the history. */
  vertical(by: -1 | 1): Does {
    const lines = this.#text.split("\n");
    const before = this.#text.slice(0, this.#caret).split("\n");
    const to = lines[before.length - 1 + by];
    if (to === undefined) return this.recall(by);
    const start = lines.slice(0, before.length - 1 + by).reduce((sum, line) => sum + line.length + 1, 0);
    const column = graphemesOf(before.at(-1) ?? "").length;
    return this.go(start + graphemesOf(to).slice(0, column).join("").length);
  }

  recall(by: -1 | 1): Does {
    const at = this.#at + by;
    if (at < 0 || at > this.#history.length) return "nothing";
    if (this.#at === this.#history.length) this.#draft = this.#text;
    this.#at = at;
    const text = this.#history[at] ?? this.#draft;
    return this.#set(text, text.length);
  }

  get lineStart(): number {
    return this.#text.lastIndexOf("\n", this.#caret - 1) + 1;
  }
  get lineEnd(): number {
    const end = this.#text.indexOf("\n", this.#caret);
    return end < 0 ? this.#text.length : end;
  }

  #set(text: string, caret: number): Does {
    this.#text = text;
    this.#caret = caret;
    return "shown";
  }
}

type Press = (line: LineEditor) => Does;

const left: Press = (line) => line.go(placeBefore(line.text, line.caret));
const right: Press = (line) => line.go(nextPlace(line.text, line.caret));
const start: Press = (line) => line.go(line.lineStart);
const end: Press = (line) => line.go(line.lineEnd);
const back: Press = (line) => line.cut(placeBefore(line.text, line.caret), line.caret, false);
const remove: Press = (line) => line.cut(line.caret, nextPlace(line.text, line.caret), false);
const wordLeft: Press = (line) => line.go(wordBefore(line.text, line.caret));
const wordRight: Press = (line) => line.go(wordBehind(line.text, line.caret));
const cutWord: Press = (line) => line.cut(wordBefore(line.text, line.caret), line.caret);
const up: Press = (line) => line.vertical(-1);
const down: Press = (line) => line.vertical(1);

/** Keys as terminals send them. */
const KEYS: Readonly<Record<string, Press>> = {
  "\r": (line) => line.enter(),
  "\n": (line) => line.enter(),
  "\x1b\r": (line) => line.insert("\n"), // Alt-Enter
  "\t": () => "complete",
  "\x01": start, // Ctrl-A
  "\x1b[H": start,
  "\x1bOH": start,
  "\x1b[1~": start,
  "\x05": end, // Ctrl-E
  "\x1b[F": end,
  "\x1bOF": end,
  "\x1b[4~": end,
  "\x02": left, // Ctrl-B
  "\x1b[D": left,
  "\x1bOD": left,
  "\x06": right, // Ctrl-F
  "\x1b[C": right,
  "\x1bOC": right,
  "\x10": up, // Ctrl-P
  "\x1b[A": up,
  "\x1bOA": up,
  "\x0e": down, // Ctrl-N
  "\x1b[B": down,
  "\x1bOB": down,
  "\x1bb": wordLeft, // Alt-B
  "\x1b[1;5D": wordLeft,
  "\x1b[1;3D": wordLeft,
  "\x1bf": wordRight, // Alt-F
  "\x1b[1;5C": wordRight,
  "\x1b[1;3C": wordRight,
  "\x7f": back,
  "\b": back,
  "\x1b[3~": remove,
  "\x17": cutWord, // Ctrl-W
  "\x1b\x7f": cutWord,
  "\x1bd": (line) => line.cut(line.caret, wordBehind(line.text, line.caret)), // Alt-D
  "\x15": (line) => line.cut(line.lineStart, line.caret), // Ctrl-U
  "\x0b": (line) => line.cut(line.caret, line.lineEnd), // Ctrl-K
  "\x19": (line) => line.yank(), // Ctrl-Y
  "\x0c": () => "clear", // Ctrl-L
  "\x1a": () => "suspend", // Ctrl-Z
  "\x03": () => "interrupt", // Ctrl-C
  "\x04": (line) => line.text === "" ? "end" : remove(line), // Ctrl-D
};
