/** The small pages: all of one session, the keys, a line to type, a question with yes and no. */
import type { Approval } from "../domain/approval.ts";
import { isRead } from "../view/reading.ts";
import { isQuestion } from "../view/approval_words.ts";
import type { Effect } from "./effect.ts";
import { helpRows, type KeyHint, messageRows } from "./foot.ts";
import { type TextField } from "./text_field.ts";
import { type DashboardPage, type PageKey, type PagePress, Scroll } from "./page.ts";
import { span } from "./rows.ts";
import { BOLD } from "./styles.ts";
import type { KeyPress, TerminalSize, TextRow } from "./terminal_port.ts";

/** What a page of one session is drawn from. */
export type DetailSource = (
  width: number,
  now: number,
) => {
  readonly title: TextRow;
  readonly rows: readonly TextRow[];
  /** So many of them, from the top, are what is asked. */
  readonly judged: number;
  /** All that is asked is in the rows. */
  readonly isWhole: boolean;
  /** Its end is what is new. */
  readonly followsEnd?: boolean;
  /** What else can be done with it. */
  readonly keys?: readonly KeyHint[];
};

/** All of one session; keys that answer go on to the list, whose marked row it shows. */
export class DetailPage implements DashboardPage {
  readonly place = "all";
  readonly sessionId: string;
  readonly approval?: Approval;
  title: TextRow = [];
  readonly #source: DetailSource;
  readonly #scroll = new Scroll();
  #isWhole = false;
  #keys: readonly KeyHint[] = [];

  constructor(sessionId: string, source: DetailSource, approval?: Approval) {
    this.sessionId = sessionId;
    this.#source = source;
    if (approval !== undefined) this.approval = approval;
  }

  get hints(): readonly KeyHint[] {
    const { approval } = this;
    const answers: readonly KeyHint[] = approval === undefined
      ? []
      : isQuestion(approval)
      ? [["a", "answer"], ["d", "no"]]
      : [["a", "yes"], ["d", "no"]];
    const more: readonly KeyHint[] = approval === undefined || isQuestion(approval)
      ? []
      : [["A", "yes for …"], ["D", "no, because …"]];
    const place = this.shownPart;
    const scroll: readonly KeyHint[] = place === "" ? [] : [["Space", "goes on"]];
    // Who has not read it to its end has nothing to say to it yet, but no.
    const isOpen = approval === undefined || isQuestion(approval) || this.isRead;
    const some = isOpen
      ? [...answers, ["Esc", "back"] as const, ...scroll, ...this.#keys]
      : [...scroll, ...answers.slice(1), ["Esc", "back"] as const];
    return [...some, ...(isOpen ? more : more.slice(1))];
  }

  get shownPart(): string {
    return this.#scroll.place;
  }

  /** All that is asked was on the screen. */
  get isRead(): boolean {
    return this.#isWhole && this.#scroll.isSeen;
  }

  scroll(by: 1 | -1): void {
    this.#scroll.by(by);
  }

  rows({ columns, rows }: TerminalSize, now: number): readonly TextRow[] {
    const { title, rows: all, judged, isWhole, followsEnd, keys = [] } = this.#source(columns, now);
    this.#keys = keys;
    this.title = title;
    this.#isWhole = isWhole;
    return this.#scroll.of(all, { columns, rows }, judged, followsEnd);
  }

  key({ key }: KeyPress): PageKey {
    if (this.#scroll.key(key)) return "taken";
    if (["v", "q", "Escape", "Backspace", "Left"].includes(key)) return "back";
    return key === "Enter" && (this.approval === undefined || !isQuestion(this.approval)) ? "back" : "list";
  }
}

/** The page behind `?`: any key that does not scroll it closes it. */
export class HelpPage implements DashboardPage {
  readonly place = "all";
  readonly title: TextRow = [span("keys", BOLD)];
  readonly #scroll = new Scroll();

  get hints(): readonly KeyHint[] {
    return [["any key", "back"], ...(this.shownPart === "" ? [] : [["j k", "scroll"] as const])];
  }

  get shownPart(): string {
    return this.#scroll.place;
  }

  scroll(by: 1 | -1): void {
    this.#scroll.by(by);
  }

  rows(area: TerminalSize): readonly TextRow[] {
    return this.#scroll.of(helpRows(area), area);
  }

  key({ key }: KeyPress): PageKey {
    return this.#scroll.place !== "" && this.#scroll.key(key) ? "taken" : "back";
  }
}

/** A line to type in the foot. */
export class LinePage implements DashboardPage {
  readonly place = "foot";
  readonly approval?: Approval;
  readonly hints: readonly KeyHint[] = [["Enter", "done"], ["Esc", "back"]];
  readonly #editor: TextField;
  readonly #enter: (text: string) => Effect | undefined;
  readonly #changed: (text: string | undefined) => void;

  /**
   * @param enter what Enter does; nothing: the page closes
   * @param changed at each key; undefined: it was left by Esc
   */
  constructor(
    editor: TextField,
    enter: (text: string) => Effect | undefined,
    { approval, changed = () => {} }: {
      readonly approval?: Approval;
      readonly changed?: (text: string | undefined) => void;
    } = {},
  ) {
    this.#editor = editor;
    this.#enter = enter;
    this.#changed = changed;
    if (approval !== undefined) this.approval = approval;
  }

  rows({ columns }: TerminalSize): readonly TextRow[] {
    return [this.#editor.row(columns)];
  }

  key(press: KeyPress): PageKey {
    const does = this.#editor.key(press);
    if (does === "back") this.#changed(undefined);
    if (does === "taken") this.#changed(this.#editor.text);
    if (does !== "enter") return does;
    const effect = this.#enter(this.#editor.text.trim());
    return effect === undefined ? "back" : { effect };
  }

  paste(text: string): void {
    this.#editor.insert(text);
    this.#changed(this.#editor.text);
  }
}

/** A question in the foot that `y` alone says yes to, once it was there to be read. */
export class ConfirmPage implements DashboardPage {
  readonly place = "foot";
  readonly hints: readonly KeyHint[] = [["y", "yes"], ["Esc", "back"]];
  readonly #question: string;
  readonly #effect: Effect;
  readonly #since: number;

  constructor(question: string, effect: Effect, now: number) {
    this.#question = question;
    this.#effect = effect;
    this.#since = now;
  }

  rows(area: TerminalSize): readonly TextRow[] {
    return messageRows(this.#question, area);
  }

  key({ key, alone, began }: PagePress): PageKey {
    if (key !== "y") return "back";
    return alone && isRead(this.#since, began) ? { effect: this.#effect } : "taken";
  }
}
