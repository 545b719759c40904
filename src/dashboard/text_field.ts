/** One line of text that is typed in the dashboard. A paste goes into it; nothing but Enter, pressed alone, ends it. Pure. */
import { escapeControls } from "../domain/sanitize.ts";
import { fitHead, textWidth } from "../view/text_fit.ts";
import { span } from "./rows.ts";
import { BOLD, MARKED } from "./styles.ts";
import type { KeyPress, TextRow } from "./terminal_port.ts";

/** Longer texts than this nobody types, characters. */
const LONGEST = 4000;
// deno-lint-ignore no-control-regex
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]+/g;

export type LineKey = "taken" | "enter" | "back";

export class TextField {
  readonly label: string;
  #text: string[];
  /** Before which character the caret stands. */
  #at: number;

  constructor(label: string, text = "") {
    this.label = label;
    this.#text = [...text];
    this.#at = this.#text.length;
  }

  get text(): string {
    return this.#text.join("");
  }

  key({ key, alone }: KeyPress): LineKey {
    switch (key) {
      case "Escape":
        return "back";
      case "Enter":
        if (alone) return "enter";
        this.insert(" ");
        return "taken";
      case "Backspace":
        if (this.#at > 0) this.#text.splice(--this.#at, 1);
        return "taken";
      case "Delete":
        this.#text.splice(this.#at, 1);
        return "taken";
      case "Left":
        this.#at = Math.max(0, this.#at - 1);
        return "taken";
      case "Right":
        this.#at = Math.min(this.#text.length, this.#at + 1);
        return "taken";
      case "Home":
      case "Ctrl+A":
        this.#at = 0;
        return "taken";
      case "End":
      case "Ctrl+E":
        this.#at = this.#text.length;
        return "taken";
      case "Ctrl+U":
        this.#text.splice(0, this.#at);
        this.#at = 0;
        return "taken";
      case "Ctrl+W":
        this.#wordBack();
        return "taken";
      case "Space":
        this.insert(" ");
        return "taken";
      default:
        if ([...key].length === 1) this.insert(key);
        return "taken";
    }
  }

  /** Text as it is pasted: line breaks and what a terminal would obey become spaces. */
  insert(text: string): void {
    const characters = [...text.replace(CONTROLS, " ")].slice(0, Math.max(0, LONGEST - this.#text.length));
    this.#text.splice(this.#at, 0, ...characters);
    this.#at += characters.length;
  }

  #wordBack(): void {
    const before = this.#text.slice(0, this.#at).join("");
    const kept = [...before.replace(/\S*\s*$/, "")];
    this.#text.splice(0, this.#at, ...kept);
    this.#at = kept.length;
  }

  /** The label, and of the text what is around the caret. */
  row(columns: number): TextRow {
    const before = escapeControls(this.#text.slice(0, this.#at).join(""));
    const behind = escapeControls(this.#text.slice(this.#at).join(""));
    const label = textWidth(this.label) + 4 > columns ? "" : ` ${this.label} `;
    const room = Math.max(1, columns - textWidth(label) - 1);
    // The end of what stands before the caret, then what fits of the rest.
    const shown = tailOf(before, room);
    const rest = fitHead(behind, room - textWidth(shown));
    return [span(label, BOLD), span(shown), span("▏", MARKED), span(rest)];
  }
}

/** The end of `text` that fits in `width` columns. */
function tailOf(text: string, width: number): string {
  const characters = [...text.slice(-8 * width)];
  let from = characters.length;
  for (let used = 0; from > 0; from--) {
    used += textWidth(characters[from - 1] ?? "");
    if (used > width) break;
  }
  const tail = characters.slice(from).join("");
  return textWidth(tail) > width ? "" : tail;
}
