/**
 * The list of `ls` for a terminal of any width: a table where it is wide, two lines for who waits below 100
 * columns, cards below 60, only who needs you below 40. Pure.
 */
import { bold, dim } from "@std/fmt/colors";
import stringWidth from "fast-string-width";
import { placedItems, type SessionItem } from "../view/session_items.ts";
import { countsOf } from "../view/state_counts.ts";
import type { ShownState } from "../domain/state_words.ts";
import { STATE_LOOKS } from "../view/states.ts";
import { fit, fitEnds, fitHead } from "../view/text_fit.ts";
import { asked, DOT, idOf, markWords, type Part, partsOf, shortened, wideOf, withNeed } from "./asked_line.ts";
import { costText } from "../view/cost_text.ts";
import { toned } from "./paint.ts";

/** From this width on each row is one line. */
const TABLE = 100;
/** From this width on what does not fit beside the columns is cut in its middle; below it has a line of its own. */
const ROOMY = 80;
/** From this width on rows are in columns. */
const COLUMNS = 60;
/** From this width on there is room for more than who needs you and since when. */
const CARDS = 40;
const GAP = "  ";
/** Longest names in a table, columns. */
const NAME = { wide: 28, narrow: 18 };
/**
 * What columns give up, one step after the other, where a row that waits lacks room for its risk, its time and its id:
 * the sign before the name says the state too.
 */
const NARROWER: readonly { readonly name: number; readonly without: readonly string[] }[] = [
  ...[NAME.narrow, 14, 12].map((name) => ({ name, without: [] })),
  ...[14, 12, 10].map((name) => ({ name, without: ["STATE"] })),
  ...[14, 10].map((name) => ({ name, without: ["STATE", "AGENT"] })),
];
const AGENT = 10;

/** The lines of one row. */
export interface RowLines {
  readonly id: string;
  readonly lines: readonly string[];
}

/** `2 wait · 1 failed · 3 at work`: the first line of every list, in more lines where it has to be. */
export function summaryLines(states: readonly ShownState[], width: number): readonly string[] {
  const lines: { wide: number; parts: string[] }[] = [];
  for (const { tone, text } of countsOf(states)) {
    const last = lines.at(-1);
    const painted = toned(tone, text);
    const wide = stringWidth(text) + (last === undefined ? 0 : last.wide + DOT.length);
    if (last === undefined || wide > width) lines.push({ wide: stringWidth(text), parts: [painted] });
    else lines[lines.length - 1] = { wide, parts: [...last.parts, painted] };
  }
  return lines.map(({ parts }) => parts.join(dim(DOT)));
}

/** @param width columns; Infinity in a pipe, where nothing is cut */
export function sessionLines(items: readonly SessionItem[], width: number): readonly string[] {
  const title = titleLine(items, width);
  return [...title, ...sessionRows(items, width).flatMap(({ lines }) => lines)];
}

/** The titles of the columns, where there are any. */
export function titleLine(items: readonly SessionItem[], width: number, taken = 0): readonly string[] {
  if (width < COLUMNS || items.length === 0) return [];
  const { cells } = layoutOf(placedItems(items), width, width - taken);
  return [bold(cells.map(({ title, width }) => fit(title, width)).join(GAP).trimEnd())];
}

/**
 * No line is wider than what is left of `width`, the whole width by which rows are laid out.
 *
 * @param taken columns that stand before each line
 */
export function sessionRows(all: readonly SessionItem[], width: number, taken = 0): readonly RowLines[] {
  const room = width - taken;
  if (width < CARDS) {
    return placedItems(all.filter(({ state }) => state === "waiting" || state === "error"))
      .map((item) => ({ id: item.id, lines: [alarm(item, room)] }));
  }
  const items = placedItems(all);
  if (width < COLUMNS) return items.map((item) => ({ id: item.id, lines: card(item, room) }));
  const { cells, left } = layoutOf(items, width, room);
  return items.map((item) => {
    const row = cells.slice(0, -1).map(({ value, width }) => value(item, width)).join(GAP);
    const fits = stringWidth(withMarks(item)) <= left;
    const lines = width >= TABLE || (item.asks === undefined && (fits || width >= ROOMY))
      ? [join(row, aboutCell(item, left))]
      : [join(row, asked(item, left)), ...aboutLine(item, room)];
    return { id: item.id, lines };
  });
}

function aboutLine(item: SessionItem, width: number): readonly string[] {
  const about = withMarks(item);
  return about === "" ? [] : [`    ${fitEnds(about, width - 4)}`];
}

interface Cell {
  readonly title: string;
  readonly width: number;
  readonly value: (item: SessionItem, width: number) => string;
}

interface Layout {
  readonly cells: readonly Cell[];
  readonly left: number;
}

/** The columns, the last one of which takes all that is left: what each row that waits asks has to fit there. */
function layoutOf(items: readonly SessionItem[], width: number, room: number): Layout {
  const cells = cellsOf(items, width);
  const layout = (some: readonly Cell[]): Layout => ({
    cells: [...some, { title: "ABOUT", width: 5, value: () => "" }],
    left: room - some.reduce((sum, { width }) => sum + width + GAP.length, 0),
  });
  if (width >= TABLE) return layout(cells);
  const layouts = NARROWER.map(({ name, without }) =>
    layout(
      cells.filter(({ title }) => !without.includes(title))
        .map((cell, i) => i === 0 ? { ...cell, width: Math.min(cell.width, name) } : cell),
    )
  );
  const fits = (needed: (parts: readonly Part[]) => readonly Part[]) => {
    const most = Math.max(0, ...items.map((item) => wideOf(needed(partsOf(item)))));
    return layouts.find(({ left }) => most <= left);
  };
  return fits((parts) => withNeed(parts, 2)) ?? fits((parts) => shortened(parts, 4)) ?? layouts.at(-1)!;
}

function cellsOf(items: readonly SessionItem[], width: number): readonly Cell[] {
  const isWide = width >= TABLE;
  const widest = (value: (item: SessionItem) => string, title: string, most = Infinity) =>
    Math.min(most, Math.max(stringWidth(title), ...items.map((item) => stringWidth(value(item)))));
  const cut = width === Infinity ? Infinity : isWide ? NAME.wide : NAME.narrow;
  const hasCost = isWide && items.some(({ cost }) => costText(cost) !== "");
  return [
    { title: "  NAME", width: widest(signed, "  NAME", cut), value: (item, w) => loud(item, fit(signed(item), w)) },
    {
      title: "AGENT",
      width: widest(({ agent }) => agent, "AGENT", width === Infinity ? Infinity : AGENT),
      value: (item, w) => fit(item.agent, w),
    },
    { title: "STATE", width: widest(stateWord, "STATE"), value: (item, w) => loud(item, fit(stateWord(item), w)) },
    { title: "TIME", width: widest(({ age }) => age, "TIME"), value: (item, w) => fit(item.age, w) },
    ...(hasCost
      ? [{
        title: "COST",
        width: widest(({ cost }) => costText(cost), "COST"),
        value: ({ cost }: SessionItem, w: number) => fit(costText(cost), w),
      }]
      : []),
    ...(isWide
      ? [{ title: "ID", width: widest(idOf, "ID"), value: (item: SessionItem, w: number) => idCell(item, w) }]
      : []),
  ];
}

/** What it is about behind its risk, in one line. */
function aboutCell(item: SessionItem, width: number): string {
  const { asks } = item;
  const lead = fitHead([...(asks === undefined ? [] : [leadOf(asks)]), ...markWords(item)].join(" "), width);
  const room = width - stringWidth(lead) - (lead === "" ? 0 : GAP.length);
  const about = fitEnds(item.about, Math.max(0, room));
  return lead === "" ? about : join(asks?.risk === undefined ? dim(lead) : toned(asks.risk.tone, lead), about);
}

function leadOf(asks: NonNullable<SessionItem["asks"]>): string {
  const { risk, kind } = asks;
  if (risk === undefined) return kind;
  const words = `${risk.sign} ${risk.word}`;
  return kind === "permission" ? words : `${kind}, ${words}`;
}

/** Two lines, three for one who waits. */
function card(item: SessionItem, width: number): string[] {
  const { agent, age, asks } = item;
  const rest = `${GAP}${agent}${GAP}${stateWord(item)} ${age}`;
  const name = fitHead(signed(item), Math.max(8, width - stringWidth(rest)));
  const about = item.about === "" ? [] : [`  ${fitEnds(withMarks(item), width - 2)}`];
  return [
    fitPainted(loud(item, name), rest, width - stringWidth(name)),
    ...(asks === undefined ? [] : [`  ${asked(item, width - 2)}`]),
    ...about,
  ];
}

/** Who needs you, and since when. */
function alarm(item: SessionItem, width: number): string {
  const name = fitHead(signed(item), Math.max(3, width - item.age.length - 1));
  return fitPainted(loud(item, name), ` ${item.age}`, width - stringWidth(name));
}

function fitPainted(painted: string, rest: string, room: number): string {
  return `${painted}${fitHead(rest, room)}`;
}

function signed({ state, name }: SessionItem): string {
  return `${STATE_LOOKS[state].sign} ${name}`;
}

function stateWord({ state }: SessionItem): string {
  return STATE_LOOKS[state].word;
}

function idCell(item: SessionItem, width: number): string {
  return (item.asks?.approval === undefined ? dim : bold)(fit(idOf(item), width));
}

function withMarks(item: SessionItem): string {
  return [...(item.asks === undefined ? markWords(item) : []), item.about].join(" ");
}

function loud({ state }: SessionItem, text: string): string {
  return toned(STATE_LOOKS[state].tone, text);
}

function join(left: string, right: string): string {
  return right === "" ? left.trimEnd() : `${left}${GAP}${right}`;
}
