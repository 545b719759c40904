/** The questions of one request, one after the other: by numbers, several where it takes several, or in own words. */
import type { Approval, Choice } from "../domain/approval.ts";
import { escapeControls } from "../domain/sanitize.ts";
import { takesOwnWords } from "../view/approval_words.ts";
import { isRead } from "../view/reading.ts";
import { wrapHanging } from "../view/text_fit.ts";
import type { KeyHint } from "./foot.ts";
import { TextField } from "./text_field.ts";
import { type DashboardPage, type PageKey, type PagePress, Scroll } from "./page.ts";
import { cutRow, span } from "./rows.ts";
import { BOLD, DIM, MARKED, TONE_STYLES } from "./styles.ts";
import type { KeyPress, TerminalSize, TextRow } from "./terminal_port.ts";

export class QuestionPage implements DashboardPage {
  readonly place = "detail";
  readonly approval: Approval;
  readonly #choices: readonly Choice[];
  readonly #answers: Record<string, string> = {};
  readonly #scroll = new Scroll();
  #part = 0;
  /** Numbers of options that are taken, from 0, in the order in which they were. */
  #taken: number[] = [];
  #at = 0;
  /** While own words are typed. */
  #editor: TextField | undefined;
  #since: number;
  #note = "";

  constructor(approval: Approval, now: number) {
    this.approval = approval;
    this.#choices = approval.choices ?? [];
    this.#since = now;
    this.#begin();
  }

  get title(): TextRow {
    const parts = this.#choices.length;
    return [span(parts > 1 ? `question ${this.#part + 1} of ${parts}` : "question", BOLD)];
  }

  get #choice(): Choice {
    return this.#choices[this.#part] ?? { question: "", options: [], multiple: false };
  }

  get #hasOwnWords(): boolean {
    return takesOwnWords(this.approval, this.#choice);
  }

  get hints(): readonly KeyHint[] {
    if (this.#editor !== undefined) return [["Enter", "answer"], ["Esc", "back"]];
    const { options, multiple } = this.#choice;
    return [
      [options.length === 1 ? "1" : `1-${Math.min(9, options.length)}`, multiple ? "take, leave" : "choose"],
      ["Enter", multiple ? "answer" : "choose"],
      ["Esc", "back"],
      ...(this.#hasOwnWords ? [["w", "own words"] as const] : []),
      ...(multiple ? [["Space", "take"] as const] : []),
    ];
  }

  scroll(by: 1 | -1): void {
    this.#scroll.by(by);
  }

  rows({ columns, rows }: TerminalSize): readonly TextRow[] {
    const { question, options, descriptions = [], multiple } = this.#choice;
    const text = (line: string, style = {}, hang?: number) =>
      wrapHanging(line, Math.max(1, columns), hang).map((part): TextRow => [span(part, style)]);
    const digits = String(options.length).length;
    const all: TextRow[] = [...text(escapeControls(question), BOLD)];
    if (multiple) all.push([span("one or more", DIM)]);
    all.push([]);
    options.forEach((option, at) => {
      const isTaken = this.#taken.includes(at);
      const isHere = at === this.#at && this.#editor === undefined;
      const lead = `${isHere ? "▸" : " "}${isTaken ? "■" : " "} ${String(at + 1).padStart(digits)}  `;
      const style = isTaken ? TONE_STYLES.good : isHere ? BOLD : {};
      all.push(...text(lead + escapeControls(option), style, lead.length));
      const description = escapeControls(descriptions[at] ?? "");
      if (description !== "") all.push(...text(" ".repeat(lead.length) + description, DIM, lead.length));
    });
    if (this.#editor !== undefined) all.push([], this.#editor.row(columns));
    if (this.#note !== "") all.push(...text(this.#note, TONE_STYLES.attention));
    return this.#scroll.of(all, { columns, rows }).map((row) =>
      row.some(({ style }) => style === MARKED) ? row : cutRow(row, columns)
    );
  }

  key(press: PagePress, now: number): PageKey {
    this.#note = "";
    if (this.#editor !== undefined) return this.#typed(this.#editor, press, now);
    const { key, alone, began } = press;
    if (key === "Escape" || key === "q") return "back";
    const { options, multiple } = this.#choice;
    if (key === "j" || key === "Down") this.#at = Math.min(options.length - 1, this.#at + 1);
    else if (key === "k" || key === "Up") this.#at = Math.max(0, this.#at - 1);
    else if (this.#scroll.key(key) && key !== "Space") return "taken";
    else if (!alone || !isRead(this.#since, began)) return "taken"; // pasted, or of before it was there to be read
    else if (key === "w" && this.#hasOwnWords) this.#editor = new TextField("your words:");
    else if (/^[1-9]$/.test(key)) return this.#pick(Number(key) - 1, now);
    else if (key === "Space") return multiple ? this.#toggle(this.#at) : "taken";
    else if (key === "Enter") return this.#enter(now);
    return "taken";
  }

  paste(text: string): void {
    this.#editor?.insert(text);
  }

  #typed(editor: TextField, press: KeyPress, now: number): PageKey {
    const does = editor.key(press);
    if (does === "taken") return "taken";
    const words = editor.text.trim();
    if (does === "back") {
      if (this.#choice.options.length === 0) return "back";
      this.#editor = undefined;
      return "taken";
    }
    return words === "" ? "taken" : this.#answer(words, now);
  }

  #pick(at: number, now: number): PageKey {
    const { options, multiple } = this.#choice;
    const option = options[at];
    if (option === undefined) return this.#say(`there are ${options.length} choices`);
    this.#at = at;
    return multiple ? this.#toggle(at) : this.#answer(option, now);
  }

  #toggle(at: number): PageKey {
    this.#taken = this.#taken.includes(at) ? this.#taken.filter((one) => one !== at) : [...this.#taken, at];
    return "taken";
  }

  #enter(now: number): PageKey {
    const { options, multiple } = this.#choice;
    if (!multiple) return this.#pick(this.#at, now);
    if (this.#taken.length === 0) return this.#say("take one or more by their numbers, then Enter");
    const taken = this.#taken.map((at) => options[at] ?? "");
    // A comma within a choice would be read as one between two: which they were nobody could tell.
    if (taken.length > 1 && taken.some((one) => one.includes(","))) {
      return this.#say("a choice with a comma in it goes alone, or in the agent's terminal");
    }
    return this.#answer(taken.join(", "), now);
  }

  #say(note: string): PageKey {
    this.#note = note;
    return "taken";
  }

  #answer(text: string, now: number): PageKey {
    this.#answers[this.#choice.question] = text;
    this.#part++;
    if (this.#part < this.#choices.length) {
      this.#since = now;
      this.#begin();
      return "taken";
    }
    const answers = this.#answers;
    return { effect: { kind: "decide", approvals: [this.approval], answer: { decision: "approve", answers } } };
  }

  #begin(): void {
    this.#taken = [];
    this.#at = 0;
    this.#editor = this.#choice.options.length === 0 ? new TextField("your words:") : undefined;
  }
}
