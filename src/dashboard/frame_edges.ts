/** What stands around the lists: the counts and views above them, titles in the lines between, and the line at the foot. Pure. */
import type { WindowView } from "../view/window_view.ts";
import { headerRow, type Tab, tabsRow } from "./header.ts";
import type { FrameLayout } from "./layout.ts";
import type { ListPart } from "./list_lines.ts";
import { cutRow, overlaid, span, widthOf } from "./rows.ts";
import type { DashboardState } from "./state.ts";
import { DIM, RULE, TONE_STYLES } from "./styles.ts";
import type { TerminalSize, TextRow } from "./terminal_port.ts";

export interface HeadInput {
  readonly view: WindowView;
  readonly note: TextRow;
  readonly layout: FrameLayout;
  readonly inbox: number;
  /** Turns and jobs that run or wait. */
  readonly jobs: number;
  readonly size: TerminalSize;
  readonly now: number;
  /** What stands below it. */
  readonly body: { readonly isSplit: boolean; readonly title?: TextRow; readonly shownPart?: string };
}

export function headOf(
  state: DashboardState,
  { view, note, layout, inbox, jobs, size: { columns, rows }, now, body }: HeadInput,
): { readonly head: readonly TextRow[]; readonly tabs: readonly Tab[] } {
  const { lost, mode, isReadOnly, isNew } = state;
  const header = headerRow({ counts: view.counts, mode, isReadOnly, isNew, isLive: lost === undefined, now }, columns);
  const banner = lost === undefined
    ? []
    : [cutRow([span(columns < 40 ? lost : ` ${lost}`, TONE_STYLES.danger)], columns)];
  const top = rows <= 2 ? [] : [header];
  if (!layout.hasTabs) return { head: [...top, ...banner], tabs: [] };
  // A page has a title of its own.
  if (!body.isSplit && body.title !== undefined) {
    return { head: [...top, ...banner, titledRule(body.title, columns, body.shownPart)], tabs: [] };
  }
  const wide = body.isSplit && layout.detail !== undefined ? layout.detail.left - 2 : columns;
  const { row, tabs } = tabsRow(state.view, { counts: { inbox, jobs }, note }, wide);
  // What stands at the right has its title in the same line.
  const right = wide < columns
    ? [span("┬", RULE), ...titledRule(body.title ?? [], columns - wide - 1, body.shownPart)]
    : [];
  return { head: [...top, ...banner, [...row, ...right]], tabs };
}

/** @param end what stands at its right end, and gives way last */
export function titledRule(title: TextRow, columns: number, end = ""): TextRow {
  if (title.length === 0) return [span("─".repeat(Math.max(0, columns)), RULE)];
  const right: TextRow = end === "" ? [] : [span(" "), span(end, TONE_STYLES.attention), span(" ─", RULE)];
  const cut = cutRow(title, Math.max(1, columns - 4 - widthOf(right)));
  const gap = columns - widthOf(cut) - 3 - widthOf(right);
  return [span("─ ", RULE), ...cut, span(gap > 0 ? ` ${"─".repeat(gap)}` : " ", RULE), ...right];
}

export function ruleRow({ kind, detail }: FrameLayout, columns: number, isSplit: boolean): TextRow {
  if (kind !== "side" || detail === undefined || !isSplit) return [span("─".repeat(columns), RULE)];
  const at = detail.left - 2;
  return [span(`${"─".repeat(at)}┴${"─".repeat(Math.max(0, columns - at - 1))}`, RULE)];
}

/** What the list leaves out, and where it stands. */
export function noteOf(
  { text, marked, view, activity }: DashboardState,
  hidden: number,
  part: ListPart | undefined,
): TextRow {
  const place = part !== undefined && part.count > part.lines.length
    ? [`${part.top + 1}-${part.top + part.lines.length}/${part.count}`]
    : [];
  const words = [
    ...(marked.size === 0 ? [] : [`${marked.size} marked`]),
    ...(text === "" ? [] : [`/${text}`]),
    ...(text === "" || hidden === 0 || view === "activity" ? [] : [`${hidden} hidden`]),
    ...(view === "activity" && activity.isPaused ? [`paused, ${activity.waiting} new`] : []),
    ...place,
  ];
  return words.length === 0
    ? []
    : overlaid([span(words.join(" · "))], text === "" && marked.size === 0 ? DIM : TONE_STYLES.notice);
}
