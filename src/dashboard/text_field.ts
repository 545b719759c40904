/** A text that is typed in the dashboard. A paste goes into it; nothing but Enter, pressed alone, ends it. Pure. */
import { escapeControls } from "../domain/sanitize.ts";
import { EditedText } from "../lib/edited_text.ts";
import { fitHead, fitTail, textWidth } from "../view/text_fit.ts";
import { span } from "./rows.ts";
import { BOLD, MARKED } from "./styles.ts";
import type { KeyPress, TextRow } from "./terminal_port.ts";

/** Longer texts than these nobody types, or pastes as a prompt, UTF-16 units. */
const LONGEST = { line: 4000, lines: 200_000 };
// deno-lint-ignore no-control-regex
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]+/g;
// deno-lint-ignore no-control-regex
const CONTROLS_BUT_LINES = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]+/g;

export type LineKey = "taken" | "enter" | "back";

export class TextField {
  readonly label: string;
  readonly #line: EditedText;
  readonly #keepsLines: boolean;

  /** @param keepsLines a pasted text keeps its line breaks, and a backslash before Enter makes one */
  constructor(label: string, text = "", keepsLines = false) {
    this.label = label;
    this.#line = new EditedText(text);
    this.#keepsLines = keepsLines;
  }

  get text(): string {
    return this.#line.text;
  }

  /** Where the next character goes. */
  get caret(): number {
    return this.#line.caret;
  }

  key({ key, alone }: KeyPress): LineKey {
    if (key === "Escape") return "back";
    const { text, caret } = this.#line;
    if (key === "Enter" && alone && this.#keepsLines && text[caret - 1] === "\\") {
      this.#line.replace(caret - 1, "\n");
      return "taken";
    }
    if (key === "Enter" && alone) return "enter";
    if (key === "Enter") this.insert("\n");
    else if (key === "Space") this.insert(" ");
    else if (key === "Ctrl+Y") this.insert(this.#line.lastCut);
    else if (!this.#line.press(key) && [...key].length === 1) this.insert(key);
    return "taken";
  }

  /** Text as it is pasted: what a terminal would obey becomes spaces, line breaks too in a field of one line. */
  insert(text: string): void {
    const room = Math.max(0, (this.#keepsLines ? LONGEST.lines : LONGEST.line) - this.text.length);
    const harmless = this.#keepsLines
      ? text.replace(/\r\n?/g, "\n").replace(CONTROLS_BUT_LINES, " ")
      : text.replace(CONTROLS, " ");
    this.#line.insert(harmless.slice(0, room).replace(/[\ud800-\udbff]$/, ""));
  }

  /** The label, and of the text what is around the caret. */
  row(columns: number): TextRow {
    const { text, caret } = this.#line;
    const before = escapeControls(text.slice(0, caret));
    const behind = escapeControls(text.slice(caret));
    const label = textWidth(this.label) + 4 > columns ? "" : ` ${this.label} `;
    const room = Math.max(1, columns - textWidth(label) - 1);
    // The end of what stands before the caret, then what fits of the rest.
    const shown = fitTail(before, room);
    const rest = fitHead(behind, room - textWidth(shown));
    return [span(label, BOLD), span(shown), span("▏", MARKED), span(rest)];
  }
}
