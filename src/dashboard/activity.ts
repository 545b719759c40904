/** The changes as they come, as rows: filtered, and scrolled by whoever reads. */
import { ActivityLog } from "../view/activity_log.ts";
import type { ChangeLine } from "../view/change_lines.ts";
import { parseFilter } from "../view/filter_text.ts";
import { fit, fitEnds } from "../view/text_fit.ts";
import { clockTime } from "../view/times.ts";
import { cutRow, span } from "./rows.ts";
import { DIM, TONE_STYLES } from "./styles.ts";
import type { TextRow } from "./terminal_port.ts";

export class ScrolledActivity extends ActivityLog {
  /** So many lines from the end. */
  #back = 0;
  #room = 1;
  #count = 0;

  override goOn(): void {
    this.#back = 0;
    super.goOn();
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
    const shown = this.lines.filter(parseFilter(text).passesLine);
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
const WORD = { usual: 9, narrow: 7 };
const WITH_TIME = 60;
const WITH_AGENT = 80;

function changeRow({ ts, sign, word, tone, name, agent, by = agent, text }: ChangeLine, width: number): TextRow {
  const time = width < WITH_TIME ? [] : [span(fit(ts === undefined ? "" : clockTime(ts), TIME), DIM), span("  ")];
  const size = width < WITH_TIME ? "narrow" : "usual";
  const [forName, forWord] = [NAME[size], WORD[size]];
  const who = name === "" ? [] : [
    span(fit(name, forName)),
    span("  "),
    ...(width < WITH_AGENT ? [] : [span(fit(by, AGENT), DIM), span("  ")]),
  ];
  const lead = [
    ...time,
    span(`${sign} `, TONE_STYLES[tone]),
    span(fit(word, forWord), TONE_STYLES[tone]),
    span("  "),
    ...who,
  ];
  const used = (width < WITH_TIME ? 0 : TIME + 2) + 2 + forWord + 2 +
    (name === "" ? 0 : forName + 2 + (width < WITH_AGENT ? 0 : AGENT + 2));
  return cutRow([...lead, span(fitEnds(text, Math.max(0, width - used)))], width);
}
