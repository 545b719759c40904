/**
 * The list of `ls` and `watch` for a terminal of any width: a table where it is wide, two lines for who waits below 100
 * columns, cards below 60, only who needs you below 40. Pure.
 */
import { bold, dim } from "@std/fmt/colors";
import stringWidth from "fast-string-width";
import { countsOf, type SessionItem } from "../view/session_items.ts";
import type { ShownState } from "../domain/state_words.ts";
import { STATE_LOOKS } from "../view/states.ts";
import { fit, fitEnds, fitHead } from "../view/text_fit.ts";
import { costText } from "./cost.ts";
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
const DOT = " · ";
/** Longest names in a table, columns. */
const NAME = { wide: 28, narrow: 18 };
const AGENT = 10;

/** The lines of one row. */
export interface RowLines {
  readonly id: string;
  readonly lines: readonly string[];
}

/** `2 wait · 1 failed · 3 at work`: the first line of every list, in more lines where it has to be. */
export function summaryLines(states: readonly ShownState[], width: number): readonly string[] {
  const lines: { wide: number; parts: string[] }[] = [];
  for (const { state, text } of countsOf(states)) {
    const last = lines.at(-1);
    const painted = toned(STATE_LOOKS[state].tone, text);
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
  const { cells } = layoutOf(placed(items), width, width - taken);
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
    return placed(all.filter(({ state }) => state === "waiting" || state === "error"))
      .map((item) => ({ id: item.id, lines: [alarm(item, room)] }));
  }
  const items = placed(all);
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

/**
 * As they are called where they stand: a sub-agent directly below its session, or below another sub-agent of it there,
 * without the session's name. Anywhere else it would read as that of the row above.
 */
function placed(items: readonly SessionItem[]): readonly SessionItem[] {
  /** Whose sub-agents may stand here. */
  let above: string | undefined;
  return items.map((item) => {
    const { id, parent } = item;
    if (parent !== undefined && parent.id === above) return { ...item, name: `└ ${parent.nameBelow}` };
    above = parent === undefined ? id : undefined;
    return item;
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

/** The columns, the last one of which takes all that is left. */
function layoutOf(
  items: readonly SessionItem[],
  width: number,
  room: number,
): { readonly cells: readonly Cell[]; readonly left: number } {
  const isWide = width >= TABLE;
  const widest = (value: (item: SessionItem) => string, title: string, most = Infinity) =>
    Math.min(most, Math.max(stringWidth(title), ...items.map((item) => stringWidth(value(item)))));
  const cut = width === Infinity ? Infinity : isWide ? NAME.wide : NAME.narrow;
  const hasCost = isWide && items.some(({ cost }) => costText(cost) !== "");
  const cells: Cell[] = [
    { title: "  NAME", width: widest(signed, "  NAME", cut), value: (item, w) => loud(item, fit(signed(item), w)) },
    { title: "AGENT", width: widest(({ agent }) => agent, "AGENT", AGENT), value: (item, w) => fit(item.agent, w) },
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
  const used = cells.reduce((sum, { width }) => sum + width + GAP.length, 0);
  return { cells: [...cells, { title: "ABOUT", width: 5, value: () => "" }], left: room - used };
}

/** What it is about behind its risk, in one line. */
function aboutCell(item: SessionItem, width: number): string {
  const { asks } = item;
  const lead = [...(asks === undefined ? [] : [leadOf(asks)]), ...markWords(item)].join(" ");
  const room = width - stringWidth(lead) - (lead === "" ? 0 : GAP.length);
  const about = fitEnds(item.about, room);
  return lead === "" ? about : join(asks?.risk === undefined ? dim(lead) : toned(asks.risk.tone, lead), about);
}

function leadOf(asks: NonNullable<SessionItem["asks"]>): string {
  const { risk, kind } = asks;
  if (risk === undefined) return kind;
  const words = `${risk.sign} ${risk.word}`;
  return kind === "permission" ? words : `${kind}, ${words}`;
}

/** A part of a line. What is needed least goes first where there is no room. */
interface Part {
  readonly text: string;
  /** Where there is too little room for the text. */
  readonly short?: string;
  readonly need: number;
  readonly paint?: (text: string) => string;
}

/** What kind of question, how risky, until when, and how to answer it: as much as there is room for. */
function asked(item: SessionItem, width: number): string {
  const { asks } = item;
  if (asks === undefined) return "";
  const { kind, risk, left, approval, place } = asks;
  const all: readonly Part[] = [
    // A risk is that of a call: that it is a permission goes without saying.
    ...(risk === undefined ? [{ text: kind, need: 3 }] : []),
    ...(risk === undefined ? [] : [{
      text: `${risk.sign} ${risk.word}`,
      short: `${risk.sign} ${risk.short ?? risk.word}`,
      need: 4,
      paint: (text: string) => toned(risk.tone, text),
    }]),
    ...(left === undefined ? [] : [{ text: left, need: 2 }]),
    approval === undefined
      ? { text: `answer it in ${place ?? "its terminal"}`, short: `in ${place ?? "its terminal"}`, need: 5 }
      : { text: idOf(item), need: 5, paint: bold },
    ...markWords(item).map((text) => ({ text, need: 0, paint: dim })),
  ];
  const kept = [0, 1, 2, 3, 4].map((least) => all.filter(({ need }) => need >= least));
  const short = [4, 5].map((least) =>
    all.filter(({ need }) => need >= least).map(({ short, ...part }) => ({ ...part, text: short ?? part.text }))
  );
  const fits = (parts: readonly Part[]) => stringWidth(parts.map(({ text }) => text).join(DOT)) <= width;
  const parts = [...kept, ...short].find(fits) ?? [];
  return parts.map(({ text, paint }) => paint?.(text) ?? text).join(dim(DOT));
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

/** By which it is answered, or known. */
function idOf({ asks, shortId }: SessionItem): string {
  if (asks?.approval === undefined) return shortId;
  return `${asks.approval.id}${asks.more === 0 ? "" : ` +${asks.more}`}`;
}

function idCell(item: SessionItem, width: number): string {
  return (item.asks?.approval === undefined ? dim : bold)(fit(idOf(item), width));
}

function markWords({ marks }: SessionItem): readonly string[] {
  return marks.map((mark) => `(${mark})`);
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
