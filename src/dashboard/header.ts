/** The top of the dashboard: how many are in which state, whether the picture is live, the time; the views below it. Pure. */
import type { StateCount } from "../view/state_counts.ts";
import { clockTime } from "../view/times.ts";
import { VIEW_TITLES, type ViewName, VIEWS } from "../view/views.ts";
import { apart, cutRow, flowRow, span, widthOf } from "./rows.ts";
import { BOLD, DIM, MARKED, RULE, TONE_STYLES } from "./styles.ts";
import type { TextRow, TextSegment } from "./terminal_port.ts";

export interface HeaderState {
  readonly counts: readonly StateCount[];
  /** The safety mode, as far as it is known. */
  readonly mode: string | undefined;
  /** The daemon cannot write its journal. */
  readonly isReadOnly: boolean;
  readonly isLive: boolean;
  /** Nothing was heard yet. */
  readonly isNew: boolean;
  /** ms since the epoch */
  readonly now: number;
}

export function headerRow(state: HeaderState, columns: number): TextRow {
  const right = rightOf(state, columns);
  const room = columns - 2 - widthOf(right) - 2;
  const program = span("agent-console", BOLD);
  const gap = span("  ");
  for (const isShort of [false, true]) {
    const counts = state.counts.map((count): TextRow => [span(countText(count, isShort), TONE_STYLES[count.tone])]);
    for (const lead of columns >= WITH_NAME ? [[[program]], []] : [[]]) {
      const row = flowRow([...lead, ...counts], gap, Infinity);
      if (widthOf(row) <= room) return apart([span(" "), ...row], [...right, span(" ")], columns);
    }
  }
  const counts = state.counts.map((count): TextRow => [span(countText(count, true), TONE_STYLES[count.tone])]);
  return cutRow(flowRow(counts, span(" "), columns), columns);
}

/** From this width on there is room for the program's name. */
const WITH_NAME = 60;

function countText({ sign, text, short }: StateCount, isShort: boolean): string {
  return isShort ? short : `${sign} ${text}`;
}

function rightOf({ mode, isReadOnly, isLive, isNew, now }: HeaderState, columns: number): TextRow {
  const live = isNew
    ? span("connecting", DIM)
    : isLive
    ? span("live", TONE_STYLES.good)
    : span("disconnected", TONE_STYLES.danger);
  const parts: TextSegment[] = [
    ...(isReadOnly ? [span("read-only", TONE_STYLES.danger)] : []),
    ...(mode === undefined || columns < WITH_MODE
      ? []
      : [span(mode, mode === "autonomous" ? TONE_STYLES.notice : DIM)]),
    ...(columns < WITH_LIVE && isLive ? [] : [live]),
    ...(columns < WITH_TIME ? [] : [span(clockTime(new Date(now).toISOString()).slice(0, 5), DIM)]),
  ];
  return parts.flatMap((part, at) => at === 0 ? [part] : [span(" · ", DIM), part]);
}

const WITH_MODE = 70;
const WITH_LIVE = 40;
const WITH_TIME = 34;

export interface Tab {
  readonly view: ViewName;
  readonly from: number;
  readonly to: number;
}

/** A line with the views in it, and what is narrowed down. */
export function tabsRow(
  view: ViewName,
  { counts, note }: { readonly counts: Readonly<Partial<Record<ViewName, number>>>; readonly note: TextRow },
  columns: number,
): { readonly row: TextRow; readonly tabs: readonly Tab[] } {
  const noted: TextRow = note.length === 0 ? [] : [span(" "), ...note];
  const ruled: TextRow = note.length === 0 ? [] : [...noted, span(" "), span("─", RULE)];
  // Rather the beginnings of names than no word of what the list leaves out.
  for (const [right, isShort] of [[ruled, false], [noted, false], [ruled, true], [noted, true], [[], false]] as const) {
    const { row, tabs } = tabsOf(view, counts, isShort);
    const gap = columns - widthOf(row) - widthOf(right);
    if (gap >= 0) return { row: [...row, span("─".repeat(gap), RULE), ...right], tabs };
  }
  const { row, tabs } = tabsOf(view, counts, true);
  return { row: cutRow(row, columns), tabs };
}

function tabsOf(
  view: ViewName,
  counts: Readonly<Partial<Record<ViewName, number>>>,
  isShort: boolean,
): { readonly row: TextRow; readonly tabs: readonly Tab[] } {
  const tabs: Tab[] = [];
  let row: TextRow = [span("─", RULE)];
  for (const name of VIEWS) {
    const count = counts[name] ?? 0;
    const title = isShort && name !== view ? VIEW_TITLES[name].slice(0, 1) : VIEW_TITLES[name];
    const text = ` ${title}${count > 0 ? ` ${count}` : ""} `;
    const from = widthOf(row);
    row = [...row, span(text, name === view ? MARKED : DIM), span("─", RULE)];
    tabs.push({ view: name, from, to: widthOf(row) - 1 });
  }
  return { row, tabs };
}
