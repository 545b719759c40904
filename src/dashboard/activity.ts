/** The changes as they come: the last of them kept, filtered, held still while somebody reads. */
import { type ChangeLine } from "../view/change_lines.ts";
import { parseFilter } from "../view/filter_text.ts";
import { fit, fitEnds } from "../view/text_fit.ts";
import { clockTime } from "../view/times.ts";
import { cutRow, span } from "./rows.ts";
import { DIM, TONE_STYLES } from "./styles.ts";
import type { TextRow } from "./terminal_port.ts";

/** More are forgotten, the oldest first. */
const KEPT = 500;

export class ActivityLog {
  #lines: readonly ChangeLine[] = [];
  /** While it stands still: what came since. */
  #held: ChangeLine[] | undefined;
  /** So many lines from the end. */
  #back = 0;
  #room = 1;
  #count = 0;

  get isPaused(): boolean {
    return this.#held !== undefined;
  }

  /** Lines that came while it stood still. */
  get waiting(): number {
    return this.#held?.length ?? 0;
  }

  add(lines: readonly ChangeLine[]): void {
    if (lines.length === 0) return;
    if (this.#held !== undefined) this.#held = [...this.#held, ...lines].slice(-KEPT);
    else this.#lines = [...this.#lines, ...lines].slice(-KEPT);
  }

  pause(): void {
    this.#held ??= [];
  }

  goOn(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    this.#back = 0;
    this.add(held);
  }

  /** Whoever scrolls back reads: it stands still. */
  scroll(by: number): void {
    if (by < 0) this.pause();
    const most = Math.max(0, this.#count - this.#room);
    this.#back = Math.min(most, Math.max(0, this.#back - by));
  }

  get page(): number {
    return Math.max(1, this.#room - 1);
  }

  /** The rows for an area of that size, the newest last. @param text as in the filter of sessions */
  rows(text: string, { columns, rows }: { readonly columns: number; readonly rows: number }): readonly TextRow[] {
    const shown = this.#lines.filter(parseFilter(text).passesLine);
    [this.#count, this.#room] = [shown.length, Math.max(1, rows)];
    this.scroll(0);
    const end = shown.length - this.#back;
    const some = shown.slice(Math.max(0, end - rows), end);
    if (some.length === 0) return [[span(text === "" ? "Nothing has changed yet." : "Nothing fits the filter.", DIM)]];
    return some.map((line) => changeRow(line, columns));
  }
}

/** Widths of the columns, and from which width on they have room. */
const TIME = 8;
const NAME = { usual: 16, narrow: 8 };
const AGENT = 8;
const WORD = 7;
const WITH_TIME = 60;
const WITH_AGENT = 80;

function changeRow({ ts, sign, word, tone, name, agent, text }: ChangeLine, width: number): TextRow {
  const time = width < WITH_TIME ? [] : [span(fit(ts === undefined ? "" : clockTime(ts), TIME), DIM), span("  ")];
  const forName = width < WITH_TIME ? NAME.narrow : NAME.usual;
  const who = name === "" ? [] : [
    span(fit(name, forName)),
    span("  "),
    ...(width < WITH_AGENT ? [] : [span(fit(agent, AGENT), DIM), span("  ")]),
  ];
  const lead = [
    ...time,
    span(`${sign} `, TONE_STYLES[tone]),
    span(fit(word, WORD), TONE_STYLES[tone]),
    span("  "),
    ...who,
  ];
  const used = (width < WITH_TIME ? 0 : TIME + 2) + 2 + WORD + 2 +
    (name === "" ? 0 : forName + 2 + (width < WITH_AGENT ? 0 : AGENT + 2));
  return cutRow([...lead, span(fitEnds(text, Math.max(0, width - used)))], width);
}
