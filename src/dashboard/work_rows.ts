/** The rows of turns and jobs: what, who, about what, since when; as much of it as the width has room for. Pure. */
import { fit, fitHead, textWidth } from "../view/text_fit.ts";
import { type WorkGroup, type WorkItem } from "../view/work_items.ts";
import { WORK_LOOKS } from "../view/work_looks.ts";
import type { ListLine } from "./list_lines.ts";
import { apart, span, widthOf } from "./rows.ts";
import { BOLD, DIM, MARKED, TONE_STYLES } from "./styles.ts";
import type { TextRow, TextStyle } from "./terminal_port.ts";

/** What rows are laid out by, the same for all of a list; 0: none. */
interface WorkColumns {
  readonly width: number;
  readonly name: number;
  readonly who: number;
  readonly source: number;
  readonly time: number;
}

/** From these widths on, columns. */
const WITH_ABOUT = 40;
const WITH_WHO = 56;
const WITH_SOURCE = 90;
const NAME = { most: 22, usual: 14, least: 4 };
const WHO = 18;
/** The mark, the sign, and the spaces behind them. */
const LEAD = 4;

function columnsFor(items: readonly WorkItem[], width: number): WorkColumns {
  const widest = (texts: readonly string[]) => texts.reduce((most, text) => Math.max(most, textWidth(text)), 0);
  const time = widest(items.map(({ time }) => time));
  const room = width < WITH_ABOUT ? Math.max(NAME.least, width - LEAD - time - 1) : NAME.usual;
  const most = width >= WITH_SOURCE ? NAME.most : room;
  return {
    width,
    name: Math.max(NAME.least, Math.min(most, widest(items.map(({ name }) => name)))),
    who: width >= WITH_WHO ? Math.min(WHO, widest(items.map(({ who }) => who))) : 0,
    source: width >= WITH_SOURCE ? Math.min(8, widest(items.map(({ source = "" }) => source))) : 0,
    time,
  };
}

/** @param room so many rows there are: blank ones between the groups only where all has room */
export function workLines(
  groups: readonly WorkGroup[],
  current: string | undefined,
  { columns: width, rows: room }: { readonly columns: number; readonly rows: number },
  isTiny: boolean,
): readonly ListLine[] {
  const items = groups.flatMap(({ items }) => items);
  const columns = columnsFor(items, width);
  const isAiry = items.length + 2 * groups.length - 1 <= room;
  return groups.flatMap(({ key, title, items }, at): readonly ListLine[] => [
    ...(at > 0 && isAiry && !isTiny ? [{ row: () => [] }] : []),
    ...(isTiny ? [] : [{ row: () => [span(fitHead(`  ${title}`, width), titleStyle(key))] }]),
    ...items.map((item) => ({ id: item.id, row: () => workRow(item, columns, item.id === current) })),
  ]);
}

function titleStyle(key: WorkGroup["key"]): TextStyle {
  return key === "waiting" ? TONE_STYLES.attention : key === "failed" ? TONE_STYLES.danger : DIM;
}

function workRow(item: WorkItem, { width, name, who, source, time }: WorkColumns, isCurrent: boolean): TextRow {
  const { sign, tone } = WORK_LOOKS[item.state];
  const isQuiet = tone === "quiet";
  const right: TextRow = time === 0 ? [] : [span(item.time, DIM)];
  const left: TextRow = [
    span(isCurrent ? "▸ " : "  ", MARKED),
    span(`${sign} `, TONE_STYLES[tone]),
    span(fit(item.name, name), isCurrent ? BOLD : isQuiet ? DIM : {}),
    ...(who === 0 ? [] : [span("  "), span(fit(item.who, who), DIM)]),
    ...(source === 0 ? [] : [span("  "), span(fit(item.source ?? "", source), DIM)]),
  ];
  const room = width - widthOf(left) - 2 - time - 2;
  if (width < WITH_ABOUT || room < 1) return apart(left, right, width);
  return apart([...left, span("  "), span(fitHead(item.about, room), isQuiet ? DIM : {})], right, width);
}
