/** The foot of the dashboard: the keys of the marked row, or what is to be said, or the line that is typed. Pure. */
import { allowedActions, WINDOW_ACTIONS, type WindowAction } from "../view/actions.ts";
import { isQuestion } from "../view/approval_words.ts";
import type { SessionItem } from "../view/session_items.ts";
import { fit, fitHead, wrap, wrapHanging } from "../view/text_fit.ts";
import { cutRow, exactly, span, widthOf } from "./rows.ts";
import { BOLD, DIM, TONE_STYLES } from "./styles.ts";
import type { TerminalSize, TextRow } from "./terminal_port.ts";

/** Keys with what they do, of a page that has its own. */
export type KeyHint = readonly [key: string, word: string];

/** With their words as many as fit, the ones that matter most; else the letters alone. */
export function keysRow(item: SessionItem | undefined, columns: number): TextRow {
  const shown = allowedActions(item).map((action): WindowAction =>
    action.name === "yes" && item?.asks?.approval !== undefined && isQuestion(item.asks.approval)
      ? { ...action, word: "answer" }
      : action
  );
  for (let most = MOST_RANK; most >= LEAST_RANK; most--) {
    const row = hintsRow(shown.filter(({ rank }) => rank <= most).map(({ keys, word }) => [keys[0] ?? "", word]));
    if (widthOf(row) <= columns) return row;
  }
  const letters = shown.filter(({ rank }) => rank < MOST_RANK - 2).map(({ keys }) => keys[0]).join(" ");
  return cutRow([span(` ${letters}`, DIM)], columns);
}

const MOST_RANK = 8;
const LEAST_RANK = 2;

export function hintsRow(hints: readonly KeyHint[]): TextRow {
  return [
    span(" "),
    ...hints.flatMap(([key, word], at) => [
      ...(at === 0 ? [] : [span("  ")]),
      span(key, BOLD),
      span(` ${word}`, DIM),
    ]),
  ];
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

/** The page behind `?`, made of the one table. */
export function helpRows({ columns, rows }: TerminalSize): readonly TextRow[] {
  const wide = Math.max(...WINDOW_ACTIONS.map(({ keys }) => keys.join(" ").length)) + 3;
  const lines = WINDOW_ACTIONS.flatMap(({ keys, does }) =>
    wrapHanging(fit(` ${keys.join(" ")}`, wide) + does, Math.max(1, columns), wide).map((line, at): TextRow =>
      at === 0 ? [span(line.slice(0, wide), BOLD), span(line.slice(wide))] : [span(line)]
    )
  );
  const head: readonly TextRow[] = [[span(" Keys", BOLD)], []];
  const room = Math.max(1, rows - 1);
  const all = head.length + lines.length <= room ? [...head, ...lines] : lines;
  const columnsOfTwo = all.length > room && columns >= TWO_COLUMNS ? twoColumns(lines, columns) : all;
  return [
    ...exactly(columnsOfTwo.map((row) => cutRow(row, columns)), room),
    cutRow([span(" any key: back", DIM)], columns),
  ].slice(-rows);
}

const TWO_COLUMNS = 80;

function twoColumns(lines: readonly TextRow[], columns: number): readonly TextRow[] {
  const half = Math.ceil(lines.length / 2);
  const wide = Math.floor(columns / 2);
  return lines.slice(0, half).map((left, at) => {
    const right = lines[half + at] ?? [];
    const cut = cutRow(left, wide - 1);
    return [...cut, span(" ".repeat(wide - widthOf(cut))), ...cutRow(right, wide)];
  });
}
