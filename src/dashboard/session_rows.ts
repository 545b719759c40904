/** The rows of sessions and of requests: who, on what, since when; as much of it as the width has room for. Pure. */
import { costText } from "../view/cost_text.ts";
import type { SessionItem } from "../view/session_items.ts";
import { STATE_LOOKS } from "../view/states.ts";
import { fit, fitEnds, fitHead, textWidth } from "../view/text_fit.ts";
import { apart, cutRow, span, widthOf } from "./rows.ts";
import { BOLD, DIM, MARKED, TONE_STYLES } from "./styles.ts";
import type { TextRow, TextSegment } from "./terminal_port.ts";

/** What rows are laid out by, the same for all of a list. */
export interface Columns {
  readonly width: number;
  readonly name: number;
  /** 0: none. */
  readonly agent: number;
  /** 0: none. */
  readonly cost: number;
  readonly time: number;
  /** Whether what it is about has room. */
  readonly hasAbout: boolean;
}

/** From these widths on, columns. */
const WITH_AGENT = 60;
const WITH_ABOUT = 40;
const ROOMY = 90;
const WITH_COST = 100;
const NAME = { roomy: 26, usual: 16, narrow: 12, least: 4 };
const AGENT = 10;
/** The two marks, the sign, and the spaces behind them. */
const LEAD = 4;

export function columnsOf(items: readonly SessionItem[], width: number): Columns {
  const widest = (texts: readonly string[]) => texts.reduce((most, text) => Math.max(most, textWidth(text)), 0);
  const hasAbout = width >= WITH_ABOUT;
  const most = width >= ROOMY ? NAME.roomy : width >= WITH_AGENT ? NAME.usual : hasAbout ? NAME.narrow : width;
  const agent = width >= WITH_AGENT ? Math.min(AGENT, widest(items.map(({ agent }) => agent))) : 0;
  const cost = width >= WITH_COST ? widest(items.map(({ cost }) => costText(cost))) : 0;
  const time = items.reduce((most, item) => Math.max(most, widthOf(timeParts(item, { width, cost }))), 0);
  const names = widest(items.map(({ name }) => name));
  const name = Math.max(NAME.least, Math.min(most, names, Math.max(NAME.least, width - LEAD - time - 1)));
  return { width, name, agent, cost, time, hasAbout };
}

export interface RowMarks {
  /** The keyboard is on it. */
  readonly isCurrent: boolean;
  /** It is one of several that are to be answered together. */
  readonly isMarked: boolean;
}

export function listRow(item: SessionItem, columns: Columns, { isCurrent, isMarked }: RowMarks): TextRow {
  const { sign, tone } = STATE_LOOKS[item.state];
  const style = TONE_STYLES[tone];
  const isQuiet = item.state === "closed" || item.state === "lost";
  const nameStyle = isCurrent ? { ...style, bold: true } : isQuiet ? DIM : item.asks === undefined ? {} : style;
  const lead: TextSegment[] = [
    span(isCurrent ? "▸" : " ", MARKED),
    span(isMarked ? "■" : " ", MARKED),
    span(sign, style),
    span(" "),
    span(fit(item.name, columns.name), nameStyle),
  ];
  const right = timeParts(item, columns);
  if (!columns.hasAbout) return apart(lead, right, columns.width);
  const agent = columns.agent === 0 ? [] : [span("  "), span(fit(item.agent, columns.agent), DIM)];
  const left = [...lead, ...agent, span("  ")];
  const room = columns.width - widthOf(left) - columns.time - 2;
  return apart([...left, ...aboutParts(item, room, isCurrent, isQuiet)], right, columns.width);
}

/** What it is about with both ends, behind what must not be overlooked. */
function aboutParts(item: SessionItem, room: number, isCurrent: boolean, isQuiet: boolean): TextRow {
  const marks = leadOf(item);
  const taken = widthOf(marks);
  if (taken >= room) return cutRow(marks, room);
  const style = isQuiet ? DIM : isCurrent ? BOLD : {};
  return [...marks, span(fitEnds(item.about, room - taken), style)];
}

/** The whole of what it asks stands in a row of that width. */
export function showsAllOf(item: SessionItem, columns: Columns): boolean {
  if (!columns.hasAbout) return false;
  const agent = columns.agent === 0 ? 0 : columns.agent + 2;
  const room = columns.width - LEAD - columns.name - agent - 2 - columns.time - 2;
  return widthOf(leadOf(item)) + textWidth(item.about) <= room;
}

function leadOf({ asks, marks }: SessionItem): TextRow {
  const uncertain = marks.map((mark) => span(`(${mark}) `, DIM));
  if (asks === undefined) return uncertain;
  const { risk, kind, approval, more } = asks;
  return [
    ...(risk?.tone === "danger" ? [span(`${risk.sign} `, TONE_STYLES.danger)] : []),
    ...(approval === undefined
      ? [span("in its terminal: ", DIM)]
      : kind === "permission"
      ? []
      : [span(`${kind}: `, DIM)]),
    ...(more === 0 ? [] : [span(`+${more} `, DIM)]),
    ...uncertain,
  ];
}

/** `$0.12 8 %  38s left  2m`: until when only where that is soon, and in place of since when where there is little room. */
function timeParts(item: SessionItem, columns: Pick<Columns, "cost" | "width">): TextRow {
  const soon = soonOf(item);
  const cost = columns.cost === 0 ? [] : [span(costText(item.cost).padStart(columns.cost), DIM), span("  ")];
  return [
    ...cost,
    ...(soon === undefined ? [] : [span(soon, TONE_STYLES.danger)]),
    ...(soon !== undefined && columns.width >= ROOMY ? [span("  ")] : []),
    ...(soon === undefined || columns.width >= ROOMY ? [span(item.age, DIM)] : []),
  ];
}

/** The last minute before nobody can answer here any more. */
function soonOf({ asks }: SessionItem): string | undefined {
  return asks?.left !== undefined && /^\d+s /.test(asks.left) ? asks.left : undefined;
}

/** Who it is, where there is room for nothing else. */
export function tinyRow(item: SessionItem, width: number, { isCurrent }: RowMarks): TextRow {
  const { sign, tone } = STATE_LOOKS[item.state];
  const style = TONE_STYLES[tone];
  const lead = width >= 8 ? [span(isCurrent ? "▸" : " ", MARKED)] : [];
  const room = Math.max(1, width - lead.length - 2 - item.age.length - 1);
  const name = [
    ...lead,
    span(`${sign} `, style),
    span(fitHead(item.name, room), isCurrent ? { ...style, bold: true } : style),
  ];
  return width < MIN_TIMED ? cutRow(name, width) : apart(name, [span(item.age, DIM)], width);
}

/** Narrower rows have no room for a time. */
const MIN_TIMED = 10;
