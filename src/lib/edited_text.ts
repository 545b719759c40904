/**
 * A text as a person types it: the text, the caret, what was cut, and the keys of bash and readline that edit it. Every line
 * that is typed here is one: the chat's, and those of the dashboard. Pure.
 */
import { nextPlace, placeBefore, wordBefore, wordBehind } from "./graphemes.ts";

export class EditedText {
  #text: string;
  #caret: number;
  /** What the last cut took away, for Ctrl-Y. */
  #cut = "";

  /** The caret stands behind `text`. */
  constructor(text = "") {
    this.#text = text;
    this.#caret = text.length;
  }

  get text(): string {
    return this.#text;
  }
  get caret(): number {
    return this.#caret;
  }
  /** What a key yanks. */
  get lastCut(): string {
    return this.#cut;
  }

  /** @param key by its name: `Left`, `Ctrl+A`, `Alt+b`. @returns whether it is one that edits */
  press(key: string): boolean {
    const edit = Object.hasOwn(EDITS, key) ? EDITS[key] : undefined;
    edit?.(this);
    return edit !== undefined;
  }

  insert(text: string): void {
    this.replace(this.#caret, text);
  }

  /** What stands between `from` and the caret becomes `text`. */
  replace(from: number, text: string): void {
    this.set(this.#text.slice(0, from) + text + this.#text.slice(this.#caret), from + text.length);
  }

  set(text: string, caret: number = text.length): void {
    this.#text = text;
    this.#caret = caret;
  }

  /** Moves the caret to `at`. */
  go(at: number): void {
    this.#caret = at;
  }

  /** Takes away what stands between `from` and `to`; with `keeps`, for Ctrl-Y. */
  cut(from: number, to: number, keeps: boolean): void {
    if (from === to) return;
    if (keeps) this.#cut = this.#text.slice(from, to);
    this.set(this.#text.slice(0, from) + this.#text.slice(to), from);
  }

  get lineStart(): number {
    return this.#text.lastIndexOf("\n", this.#caret - 1) + 1;
  }
  get lineEnd(): number {
    const end = this.#text.indexOf("\n", this.#caret);
    return end < 0 ? this.#text.length : end;
  }
}

type Edit = (line: EditedText) => void;

const left: Edit = (line) => line.go(placeBefore(line.text, line.caret));
const right: Edit = (line) => line.go(nextPlace(line.text, line.caret));
const start: Edit = (line) => line.go(line.lineStart);
const end: Edit = (line) => line.go(line.lineEnd);
const wordLeft: Edit = (line) => line.go(wordBefore(line.text, line.caret));
const wordRight: Edit = (line) => line.go(wordBehind(line.text, line.caret));
const back: Edit = (line) => line.cut(placeBefore(line.text, line.caret), line.caret, false);
const remove: Edit = (line) => line.cut(line.caret, nextPlace(line.text, line.caret), false);
const cutWord: Edit = (line) => line.cut(wordBefore(line.text, line.caret), line.caret, true);

const EDITS: Readonly<Record<string, Edit>> = {
  Left: left,
  "Ctrl+B": left,
  Right: right,
  "Ctrl+F": right,
  Home: start,
  "Ctrl+A": start,
  End: end,
  "Ctrl+E": end,
  "Ctrl+Left": wordLeft,
  "Alt+Left": wordLeft,
  "Alt+b": wordLeft,
  "Ctrl+Right": wordRight,
  "Alt+Right": wordRight,
  "Alt+f": wordRight,
  Backspace: back,
  Delete: remove,
  "Ctrl+D": remove,
  "Ctrl+W": cutWord,
  "Alt+Backspace": cutWord,
  "Alt+d": (line) => line.cut(line.caret, wordBehind(line.text, line.caret), true),
  "Ctrl+U": (line) => line.cut(line.lineStart, line.caret, true),
  "Ctrl+K": (line) => line.cut(line.caret, line.lineEnd, true),
};
