/** The foot of the dashboard: the keys of the marked row, or what is to be said, or the line that is typed. Pure. */
import {
  type ActionName,
  allowedActions,
  allowedWorkActions,
  WINDOW_ACTIONS,
  type WindowAction,
} from "../view/actions.ts";
import { isQuestion } from "../view/approval_words.ts";
import { LEGEND } from "../view/legend.ts";
import type { SessionItem } from "../view/session_items.ts";
import type { WorkItem } from "../view/work_items.ts";
import { fit, fitHead, wrap, wrapHanging } from "../view/text_fit.ts";
import { cutRow, fillRow, flowRow, span, widthOf } from "./rows.ts";
import { BOLD, DIM, TONE_STYLES } from "./styles.ts";
import type { TerminalSize, TextRow } from "./terminal_port.ts";

/** Keys with what they do, of a page that has its own. */
export type KeyHint = readonly [key: string, word: string];

/** Nobody allows what was not all on the screen; `v` comes first then. */
const ALLOWS: ReadonlySet<string> = new Set(["yes", "yes_for", "mark"]);

/** What of the keys of a row is left out, and why. */
export interface KeysForm {
  /** What it asks was not all on the screen. */
  readonly isUnread?: boolean;
  /** What would only be refused. */
  readonly omits?: ReadonlySet<ActionName>;
}

export function keysRow(item: SessionItem, columns: number, { isUnread = false, omits }: KeysForm = {}): TextRow {
  const all = allowedActions(item).filter(({ name }) => !(isUnread && ALLOWS.has(name)) && !omits?.has(name));
  return fittingRow(
    all.map((action): WindowAction =>
      isUnread && action.name === "detail"
        ? { ...action, keys: ["v"], word: "read it", rank: 1 }
        : action.name === "yes" && item?.asks?.approval !== undefined && isQuestion(item.asks.approval)
        ? { ...action, word: "answer" }
        : action
    ),
    columns,
  );
}

/** The same in the list of turns and jobs. @param isEnabled the schedule of the marked job counts */
export function workKeysRow(
  item: WorkItem | undefined,
  columns: number,
  { isEnabled, omits }: Pick<KeysForm, "omits"> & { readonly isEnabled: boolean },
): TextRow {
  return fittingRow(
    allowedWorkActions(item).filter(({ name }) => !omits?.has(name))
      .map((action): WindowAction => ({ ...action, word: wordOf(action, isEnabled) })),
    columns,
  );
}

/** What a key does with the marked job. */
export function wordOf({ name, word }: WindowAction, isEnabled: boolean): string {
  return name === "enable" ? isEnabled ? "disable" : "enable" : word;
}

/** With their words as many as fit, the ones that matter most; else the letters alone. */
function fittingRow(shown: readonly WindowAction[], columns: number): TextRow {
  for (let most = MOST_RANK; most >= LEAST_RANK; most--) {
    const row = hintsRow(shown.filter(({ rank }) => rank <= most).map(({ keys, word }) => [keys[0] ?? "", word]));
    if (widthOf(row) <= columns) return row;
  }
  const letters = shown.filter(({ rank }) => rank < MOST_RANK - 2).map(({ keys }) => keys[0]).join(" ");
  return cutRow([span(` ${letters}`, DIM)], columns);
}

const MOST_RANK = 8;
const LEAST_RANK = 1;

/** The first of them as far as there is room. */
export function hintsRow(hints: readonly KeyHint[], columns = Infinity): TextRow {
  const parts = hints.map(([key, word]): TextRow => [span(key, BOLD), span(` ${word}`, DIM)]);
  return [span(" "), ...flowRow(parts, span("  "), columns - 1)];
}

/** A message in as many rows as it takes; of a long one the beginning. */
export function messageRows(text: string, { columns, rows }: TerminalSize): readonly TextRow[] {
  const most = Math.max(1, Math.min(MOST_FOOT, Math.floor(rows / 3)));
  const lines = wrap(text, Math.max(1, columns - 1));
  const cut = lines.length > most
    ? [...lines.slice(0, most - 1), fitHead(lines.slice(most - 1).join(" "), Math.max(1, columns - 1))]
    : lines;
  return cut.map((line) => cutRow([span(columns > 20 ? " " : ""), span(line, TONE_STYLES.attention)], columns));
}

const MOST_FOOT = 3;

/** The page behind `?`, made of the one table and the legend: in two columns where one would be too long. */
export function helpRows({ columns, rows }: TerminalSize): readonly TextRow[] {
  const keys = WINDOW_ACTIONS.map(({ keys, does }) => [keys.join(" "), does] as const);
  const linesOf = (width: number) => [...tableRows(keys, width), [], ...tableRows(LEGEND, width)];
  const lines = linesOf(columns);
  if (lines.length <= rows || columns < TWO_COLUMNS) return lines.map((row) => cutRow(row, columns));
  const half = Math.floor(columns / 2);
  const narrow = linesOf(half - 2);
  const middle = Math.ceil(narrow.length / 2);
  return narrow.slice(0, middle).map((left, at) => [...fillRow(left, half), ...(narrow[middle + at] ?? [])]);
}

const TWO_COLUMNS = 80;

function tableRows(table: readonly (readonly [name: string, means: string])[], width: number): readonly TextRow[] {
  const wide = Math.max(...table.map(([name]) => name.length)) + 2;
  return table.flatMap(([name, means]) =>
    wrapHanging(fit(name, wide) + means, Math.max(1, width), wide).map((line, at): TextRow =>
      at === 0 ? [span(line.slice(0, wide), BOLD), span(line.slice(wide))] : [span(line)]
    )
  );
}
