/** One line of text that is typed in the dashboard. A paste goes into it; nothing but Enter, pressed alone, ends it. Pure. */
import { escapeControls } from "../domain/sanitize.ts";
import { EditedText } from "../lib/edited_text.ts";
import { fitHead, fitTail, textWidth } from "../view/text_fit.ts";
import { span } from "./rows.ts";
import { BOLD, MARKED } from "./styles.ts";
import type { KeyPress, TextRow } from "./terminal_port.ts";

/** Longer texts than this nobody types, UTF-16 units. */
const LONGEST = 4000;
// deno-lint-ignore no-control-regex
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]+/g;

export type LineKey = "taken" | "enter" | "back";

export class TextField {
  readonly label: string;
  readonly #line: EditedText;

  constructor(label: string, text = "") {
    this.label = label;
    this.#line = new EditedText(text);
  }

  get text(): string {
    return this.#line.text;
  }

  key({ key, alone }: KeyPress): LineKey {
    if (key === "Escape") return "back";
    if (key === "Enter" && alone) return "enter";
    if (key === "Enter" || key === "Space") this.insert(" ");
    else if (key === "Ctrl+Y") this.insert(this.#line.lastCut);
    else if (!this.#line.press(key) && [...key].length === 1) this.insert(key);
    return "taken";
  }

  /** Text as it is pasted: line breaks and what a terminal would obey become spaces. */
  insert(text: string): void {
    const room = Math.max(0, LONGEST - this.text.length);
    this.#line.insert(text.replace(CONTROLS, " ").slice(0, room).replace(/[\ud800-\udbff]$/, ""));
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
