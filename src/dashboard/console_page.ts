/**
 * A line for the daemon's console, over the lists: the commands that fit what is typed, those of capsules too, and below the
 * line what the last one said. Requests are not answered here: what is asked may not be on the screen.
 */
import { escapeControls, escapeControlsKeepLines } from "../domain/sanitize.ts";
import { fit, textWidth, wrap } from "../view/text_fit.ts";
import {
  answersRequest,
  answerTitle,
  type ConsoleAnswer,
  type ConsoleEntry,
  fittingCommands,
  meantCommand,
  offeredCommands,
  typedLine,
} from "../view/console_line.ts";
import type { Effect } from "./effect.ts";
import type { KeyHint } from "./foot.ts";
import { type DashboardPage, type PageKey, Scroll } from "./page.ts";
import { cutRow, span } from "./rows.ts";
import { BOLD, DIM, MARKED, TONE_STYLES } from "./styles.ts";
import type { KeyPress, TerminalSize, TextRow } from "./terminal_port.ts";
import { TextField } from "./text_field.ts";

/** Lines of an answer that are shown; the rest is counted. */
const MAX_LINES = 2000;

export class ConsolePage implements DashboardPage {
  readonly place = "all";
  readonly title: TextRow = [span("console", BOLD)];
  #field = new TextField(":");
  /** Undefined until the daemon has told them. */
  #commands: readonly ConsoleEntry[] | undefined;
  #chosen = 0;
  #note = "";
  /** What runs. */
  #line: string | undefined;
  #answer: ConsoleAnswer | undefined;
  #wanted: Effect | undefined = { kind: "console_list", page: this };
  /** The daemon did not tell its commands: the next key asks again. A frame does not, or each failure would ask anew. */
  #isListFailed = false;
  readonly #scroll = new Scroll();
  #wrapped: { readonly of: ConsoleAnswer; readonly columns: number; readonly rows: readonly TextRow[] } | undefined;

  get hints(): readonly KeyHint[] {
    const more: readonly KeyHint[] = this.shownPart === "" ? [] : [["PgDn", "goes on"]];
    const completes: readonly KeyHint[] = this.#completion === undefined ? [] : [["Tab", "complete"]];
    return [["Enter", "run"], ...completes, ["Esc", "back"], ...more];
  }

  get shownPart(): string {
    return this.#answer === undefined ? "" : this.#scroll.place;
  }

  /** What is to be asked of the daemon; once. */
  takeWanted(): Effect | undefined {
    const wanted = this.#wanted;
    this.#wanted = undefined;
    return wanted;
  }

  listed(commands: readonly ConsoleEntry[]): void {
    this.#commands = offeredCommands(commands);
  }

  listFailed(): void {
    this.#isListFailed = true;
  }

  said(answer: ConsoleAnswer): void {
    this.#line = undefined;
    this.#answer = answer;
    this.#scroll.by(-Infinity);
    // What failed is there to be mended.
    if (!answer.success && this.#field.text === "") this.#field = new TextField(":", answer.line.slice(1));
  }

  scroll(by: 1 | -1): void {
    this.#scroll.by(by);
  }

  rows({ columns, rows }: TerminalSize): readonly TextRow[] {
    const note = this.#line === undefined ? this.#note : `${this.#line} runs …`;
    const head = [this.#field.row(columns), ...(note === "" ? [] : [[span(` ${note}`, TONE_STYLES.attention)]])];
    const area = { columns, rows: Math.max(0, rows - head.length - 1) };
    const body = this.#answer === undefined
      ? this.#commandRows(area)
      : this.#scroll.of(this.#answerRows(this.#answer, columns), area);
    return [...head, [], ...body].map((row) => cutRow(row, columns));
  }

  key(press: KeyPress): PageKey {
    const { key, alone } = press;
    this.#note = "";
    this.#listAgain();
    if (key === "PageDown" || key === "PageUp") {
      this.#scroll.key(key);
      return "taken";
    }
    if (key === "Down" || key === "Up") {
      const by = key === "Down" ? 1 : -1;
      if (this.#answer !== undefined) this.#scroll.by(by);
      else this.#chosen = Math.min(Math.max(0, this.#found().length - 1), Math.max(0, this.#chosen + by));
      return "taken";
    }
    if (key === "Tab" && alone) {
      this.#complete();
      return "taken";
    }
    const before = this.#field.text;
    const does = this.#field.key(press);
    if (does === "enter") this.#enter();
    else if (this.#field.text !== before) this.#typed();
    return does === "back" ? "back" : "taken";
  }

  paste(text: string): void {
    this.#listAgain();
    this.#field.insert(text);
    this.#typed();
  }

  #listAgain(): void {
    if (!this.#isListFailed) return;
    this.#isListFailed = false;
    this.#wanted = { kind: "console_list", page: this };
  }

  #typed(): void {
    this.#answer = undefined;
    this.#chosen = 0;
  }

  /** The commands that fit. */
  #found(): readonly ConsoleEntry[] {
    return fittingCommands(this.#commands ?? [], typedLine(this.#field.text));
  }

  /** The command that Tab puts into the line. None over an answer: the list is not on the screen. */
  get #completion(): ConsoleEntry | undefined {
    if (this.#answer !== undefined || typedLine(this.#field.text).isNamed) return undefined;
    return this.#found()[this.#chosen];
  }

  #complete(): void {
    const chosen = this.#completion;
    if (chosen === undefined) return;
    this.#field = new TextField(":", `${chosen.name} `);
    this.#typed();
  }

  #enter(): void {
    const typed = typedLine(this.#field.text);
    if (this.#line !== undefined) return void (this.#note = `${this.#line} still runs`);
    if (answersRequest(typed)) return void (this.#note = "a and d answer in the lists, where it stands what is asked");
    const one = meantCommand(this.#commands ?? [], typed);
    // Over an answer it brings back the list to choose from.
    if (one === undefined && this.#found().length > 0) {
      return this.#answer === undefined ? this.#complete() : this.#typed();
    }
    if (one === undefined) {
      return void (this.#note = this.#commands === undefined
        ? "the daemon has not told its commands yet"
        : "there is no such command");
    }
    this.#line = escapeControls(`/${one.name}`);
    this.#field = new TextField(":");
    this.#answer = undefined;
    this.#wanted = {
      kind: "console_run",
      line: one.line,
      page: this,
      ...(one.capsule === undefined ? {} : { by: one.capsule }),
    };
  }

  #commandRows({ columns, rows }: TerminalSize): readonly TextRow[] {
    if (this.#commands === undefined) {
      return [[
        span(this.#isListFailed ? " the daemon did not tell its commands; the next key asks again" : " …", DIM),
      ]];
    }
    const found = this.#found();
    if (found.length === 0) return [[span(" no command fits", DIM)]];
    const titles = found.map(({ name, usage }) => escapeControls(usage === "" ? name : `${name} ${usage}`));
    const wide = Math.min(Math.max(...titles.map(textWidth)), Math.max(1, Math.floor(columns / 3)));
    const from = Math.max(0, Math.min(this.#chosen - rows + 1, found.length - rows));
    return found.slice(from, from + rows).map(({ summary }, at): TextRow => {
      const isChosen = from + at === this.#chosen;
      return [
        span(isChosen ? "▸" : " ", MARKED),
        span(fit(titles[from + at] ?? "", wide), isChosen ? MARKED : BOLD),
        span(`  ${escapeControls(summary)}`, DIM),
      ];
    });
  }

  #answerRows(answer: ConsoleAnswer, columns: number): readonly TextRow[] {
    if (this.#wrapped?.of === answer && this.#wrapped.columns === columns) return this.#wrapped.rows;
    const { text, success } = answer;
    const lines = escapeControlsKeepLines(text.trimEnd() || "done").split("\n");
    const rows: TextRow[] = [
      [span(` ${escapeControls(answerTitle(answer))}`, BOLD)],
      ...lines.slice(0, MAX_LINES).flatMap((one) => wrap(one, Math.max(1, columns - 2))).map((row): TextRow =>
        success ? [span(` ${row}`)] : [span(` ${row}`, TONE_STYLES.attention)]
      ),
      ...(lines.length > MAX_LINES ? [[span(` … ${lines.length - MAX_LINES} more lines`, DIM)]] : []),
    ];
    this.#wrapped = { of: answer, columns, rows };
    return rows;
  }
}
