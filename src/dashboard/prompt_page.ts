/** A prompt that is typed at the foot, in as many rows as it takes. What was refused stays there. */
import { escapeControlsKeepLines } from "../domain/sanitize.ts";
import { wrap } from "../view/text_fit.ts";
import type { Effect, SentPrompt } from "./effect.ts";
import { hintsRow, type KeyHint, messageRows } from "./foot.ts";
import type { DashboardPage, PageKey } from "./page.ts";
import { apart, cutRow, span } from "./rows.ts";
import { BOLD, MARKED } from "./styles.ts";
import type { KeyPress, TerminalSize, TextRow } from "./terminal_port.ts";
import { TextField } from "./text_field.ts";

/** Rows that the text takes at most, and their part of the screen. */
const MOST = { rows: 6, part: 1 / 3 };
/** From this width on its keys have room, columns. */
const WITH_KEYS = 80;
/** Stands where the caret is: no text that is shown has it. */
const CARET = "\u0000";

/** What a prompt is for, beside its text. */
export type PromptTarget = { readonly sessionId: string } | { readonly agent: string; readonly cwd?: string };

export class PromptPage implements DashboardPage {
  readonly place = "foot";
  readonly hints: readonly KeyHint[] = [["Enter", "send"], ["\\ Enter", "new line"], ["Esc", "back"]];
  #label: string;
  #target: PromptTarget;
  readonly #field = new TextField("", "", true);
  #note = "";

  /** @param label escaped */
  constructor(label: string, target: PromptTarget) {
    this.#label = label;
    this.#target = target;
  }

  /** What was typed is for this one now. */
  aim(label: string, target: PromptTarget): void {
    this.#label = label;
    this.#target = target;
    this.#note = "";
  }

  refused(why: string): void {
    this.#note = why;
  }

  rows(area: TerminalSize): readonly TextRow[] {
    const { columns, rows } = area;
    const most = Math.max(1, Math.min(MOST.rows, Math.floor(rows * MOST.part)));
    const label: TextRow = [span(` ${this.#label}`, BOLD)];
    const head = rows < MOST.rows
      ? []
      : [columns < WITH_KEYS ? cutRow(label, columns) : apart(label, [...hintsRow(this.hints), span(" ")], columns)];
    return [...(this.#note === "" ? [] : messageRows(this.#note, area)), ...head, ...this.#textRows(columns, most)];
  }

  /** The rows around the caret. */
  #textRows(columns: number, most: number): readonly TextRow[] {
    const { text, caret } = this.#field;
    const near = columns * most;
    const before = escapeControlsKeepLines(text.slice(Math.max(0, caret - near), caret).toWellFormed());
    const behind = escapeControlsKeepLines(text.slice(caret, caret + near).toWellFormed());
    const lines = `${before}${CARET}${behind}`.split("\n").flatMap((line) => wrap(line, Math.max(1, columns - 3)));
    const at = lines.findIndex((line) => line.includes(CARET));
    const from = Math.max(0, Math.min(at - most + 2, lines.length - most), at - most + 1 > 0 ? at - most + 1 : 0);
    return lines.slice(from, from + most).map((line) => {
      const [head = "", tail] = line.split(CARET);
      return cutRow([span(" "), span(head), ...(tail === undefined ? [] : [span("▏", MARKED), span(tail)])], columns);
    });
  }

  key(press: KeyPress): PageKey {
    const does = this.#field.key(press);
    if (does !== "enter") return does;
    const text = this.#field.text.trim();
    return text === "" ? "back" : { effect: this.#send(text) };
  }

  #send(text: string): Effect {
    this.#note = "";
    const prompt: SentPrompt = { ...this.#target, text };
    return { kind: "submit", prompt, page: this };
  }

  paste(text: string): void {
    this.#field.insert(text);
  }
}
