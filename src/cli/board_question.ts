/**
 * The questions of one request, asked on a page of the board: a keyboard for what asks them in lines elsewhere. What is
 * typed stands in its last line; Esc goes back to the list, with nothing answered.
 */
import type { Approval } from "../domain/approval.ts";
import { escapeControls } from "../domain/sanitize.ts";
import type { Keyboard } from "../platform/keyboard.ts";
import { wrapHanging } from "../view/text_fit.ts";
import {
  type BoardPage,
  filled,
  footLines,
  type PageKey,
  type PageState,
  requestText,
  Scroll,
  wide,
} from "./board_pages.ts";
import { stripAnsiCode } from "@std/fmt/colors";

/** Longer answers than this nobody types, characters. */
const LONGEST = 4000;
const CARET = "▏";
const ARROWS: ReadonlySet<string> = new Set(["\x1b[A", "\x1b[B", "\x1bOA", "\x1bOB"]);
/** What a paste holds between its words besides spaces: it ends no line here. */
// deno-lint-ignore no-control-regex
const CONTROLS = /[\u0000-\u001f\u007f]/;

export class BoardQuestion implements BoardPage, Keyboard {
  readonly isTerminal = true;
  readonly approval: Approval;
  readonly #left = new AbortController();
  readonly #scroll = new Scroll();
  readonly #onShow: () => void;
  /** Until somebody scrolls up: what is typed stands at the end. */
  #isAtEnd = true;
  #shown = "";
  #typed = "";
  #reader: ((line: string) => void) | undefined;

  /** @param columns of the screen as it is now, @param onShow something new is to be drawn */
  constructor(approval: Approval, readonly columns: number, onShow: () => void) {
    this.approval = approval;
    this.#onShow = onShow;
  }

  /** Fires when the page is left, whoever leaves it. */
  get signal(): AbortSignal {
    return this.#left.signal;
  }

  leave(): void {
    this.#left.abort();
  }

  show(text: string): void {
    if (this.signal.aborted) return; // how a question by lines ends
    this.#shown += text;
    this.#isAtEnd = true;
    this.#onShow();
  }

  read(): Promise<string> {
    return new Promise((resolve) => this.#reader = resolve);
  }

  /** Keys come one by one here anyway. */
  setRaw(): void {}

  key(key: string, alone: boolean): PageKey {
    if (key === "\x1b" || key === "\x04") return "back";
    this.#isAtEnd = !ARROWS.has(key);
    if (!this.#isAtEnd) this.#scroll.key(key);
    else if ((key === "\r" || key === "\n") && alone) this.#enter();
    else if (key === "\x7f" || key === "\b") this.#typed = [...this.#typed].slice(0, -1).join("");
    else if (key === "\x15") this.#typed = "";
    else if (!key.startsWith("\x1b") && this.#typed.length < LONGEST) this.#typed += CONTROLS.test(key) ? " " : key;
    return "taken";
  }

  frame(state: PageState): readonly string[] {
    const { columns, rows } = state.size;
    const foot = footLines("Enter answers  Esc back", state.message, state.size);
    const room = Math.max(1, rows - foot.length);
    const asked = `${this.#shown}${escapeControls(this.#typed)}${CARET}`.split("\n");
    const lines = [
      ...requestText(this.approval, state, { questions: true }),
      "",
      ...asked.flatMap((line) => wide(line) > columns ? wrapHanging(stripAnsiCode(line), columns) : [line]),
    ];
    if (this.#isAtEnd) this.#scroll.toEnd();
    return filled(this.#scroll.of(lines, room), room, foot);
  }

  #enter(): void {
    const line = this.#typed;
    const reader = this.#reader;
    if (reader === undefined) return;
    this.#reader = undefined;
    this.#typed = "";
    this.#shown += `${escapeControls(line)}\n`;
    reader(`${line}\n`);
  }
}
