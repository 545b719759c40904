/** One session in whole: what it asks and how to answer it, then what it does, did, was asked and said. Pure. */
import { ONE_OR_MORE } from "../view/approval_words.ts";
import type { ApprovalItem } from "../view/approval_items.ts";
import type { DetailFact, DetailView } from "../view/detail_view.ts";
import { foldedLines } from "../view/folded.ts";
import { fitEnds, textWidth, wrap, wrapBehind, wrapHanging } from "../view/text_fit.ts";
import { apart, cutRow, span, widthOf } from "./rows.ts";
import { BOLD, DIM, RULE, TONE_STYLES } from "./styles.ts";
import type { TextRow, TextStyle } from "./terminal_port.ts";

export interface DetailOptions {
  /** Columns. */
  readonly width: number;
  /** Rows; Infinity on a page that scrolls. */
  readonly room: number;
  /** 0…1, what is left of the time in which it can be answered here. */
  readonly left?: number;
  /** So many characters of what is asked are not in it. */
  readonly missing: number;
  /** How it is answered: `a yes`. */
  readonly answers: readonly string[];
  /** Numbers of the choices that are taken by now, from 0. */
  readonly chosen?: readonly number[];
}

export interface DetailLines {
  readonly rows: readonly TextRow[];
  /** So many of them, from the top, are what is asked: all that a yes or a no is about. */
  readonly judged: number;
  /** All that is asked stands in the rows. */
  readonly isWhole: boolean;
}

export function detailTitle({ name, heading, look }: DetailView): TextRow {
  const parts = heading.flatMap((part) => [span(" · ", DIM), span(part, DIM)]);
  return [span(`${look.sign} `, TONE_STYLES[look.tone]), span(name, BOLD), ...parts];
}

export function detailLines(view: DetailView, form: DetailOptions): DetailLines {
  const { request } = view;
  const { width, room } = form;
  const asked = request === undefined ? [] : requestRows(request, view, form);
  const answers = request === undefined ? [] : answerRows(form);
  const facts = factRows(view, width, room === Infinity ? Infinity : FACT_LINES);
  if (asked.length === 0) {
    const there = view.onlyThere
      ? [...prose("only its own terminal can answer: o goes there", width, TONE_STYLES.attention), [] as TextRow]
      : [];
    return { rows: [...there, ...facts].slice(0, room), judged: 0, isWhole: false };
  }
  // The keys are in the foot too: they go before a line of what is asked does.
  const behind = asked.length + answers.length <= room ? answers : [];
  if (asked.length > room) {
    const shown = asked.slice(0, Math.max(0, room - 1));
    const more = `… ${asked.length - shown.length} more lines: v shows all`;
    return {
      rows: [...shown, cutRow([span(more, TONE_STYLES.attention)], width)],
      judged: shown.length,
      isWhole: false,
    };
  }
  const rows = [...asked, ...behind];
  const rule: TextRow = [span("─".repeat(Math.max(0, width)), RULE)];
  const left = room - rows.length - 1;
  return {
    rows: left >= 1 ? [...rows, rule, ...facts.slice(0, left)] : rows,
    judged: asked.length,
    isWhole: form.missing === 0,
  };
}

/** Of a fact the pane shows so many lines. */
const FACT_LINES = 3;

function requestRows(item: ApprovalItem, { more, name }: DetailView, form: DetailOptions): readonly TextRow[] {
  const { width, missing } = form;
  const { call, detail, isPatch, folder, terminal, reasoning, notes, cut, notice, offers } = item;
  const where = [...(folder === undefined ? [] : [`in ${folder}`]), ...(terminal === undefined ? [] : [terminal])];
  return [
    headRow(item, form),
    ...inside(call, width, () => BOLD),
    ...inside(detail, width, isPatch ? diffStyle : () => DIM),
    ...(missing === 0 ? [] : prose(`… ${missing} more characters: v shows all`, width, TONE_STYLES.attention)),
    ...(cut === undefined ? [] : prose(cut, width, TONE_STYLES.attention)),
    ...questionRows(item, form),
    ...(where.length === 0 ? [] : prose(where.join(" · "), width, DIM)),
    ...reasoning.flatMap((line, at) => labelled(at === 0 ? "why: " : "", line, width)),
    ...notes.flatMap((line) => prose(line, width, TONE_STYLES.attention)),
    ...offers.flatMap((line) => prose(`its terminal also offers: ${line}`, width, DIM)),
    ...(notice === undefined ? [] : prose(notice, width, DIM)),
    ...(more === 0 ? [] : prose(`${more} more of ${name} in the inbox`, width, TONE_STYLES.attention)),
  ];
}

/** How risky, which kind, since and until when. */
function headRow({ risk, kind, age, end }: ApprovalItem, { width, left }: DetailOptions): TextRow {
  const soon = left !== undefined && /^\d+s /.test(end);
  const what: TextRow = [
    ...(risk === undefined ? [] : [span(`${risk.sign} ${risk.word}`, TONE_STYLES[risk.tone]), span(" · ", DIM)]),
    span(kind, risk === undefined ? TONE_STYLES.attention : DIM),
  ];
  const until: TextRow = [
    span(end, soon ? TONE_STYLES.danger : DIM),
    ...(left === undefined ? [] : [span(` ${bar(left, BAR)}`, soon ? TONE_STYLES.danger : DIM)]),
  ];
  const wide: TextRow = [...what, span(" · ", DIM), span(`asked ${age} ago`, DIM)];
  for (const [one, other] of [[wide, until], [what, until]] as const) {
    if (widthOf(one) + widthOf(other) + 2 <= width) return apart(one, other, width);
  }
  return apart(what, until.slice(0, 1), width);
}

const BAR = 5;

/** `▰▰▰▱▱` */
function bar(part: number, length: number): string {
  const full = Math.max(0, Math.min(length, Math.ceil(part * length)));
  return "▰".repeat(full) + "▱".repeat(length - full);
}

function questionRows({ questions }: ApprovalItem, { width, chosen = [] }: DetailOptions): readonly TextRow[] {
  return questions.flatMap(({ text, options }) => [
    ...text.flatMap((line) => prose(line.replace(ONE_OR_MORE, "(one or more)"), width, BOLD)),
    ...options.flatMap(({ text, description }, at) => {
      const number = `${chosen.includes(at) ? "■" : " "} ${at + 1}  `;
      return [
        ...prose(number + text, width, chosen.includes(at) ? TONE_STYLES.good : {}, number.length),
        ...(description === "" ? [] : prose(" ".repeat(number.length) + description, width, DIM, number.length)),
      ];
    }),
  ]);
}

function answerRows({ answers, width, room }: DetailOptions): readonly TextRow[] {
  if (answers.length === 0) return [];
  const lines = wrap(answers.map((one) => one.replaceAll(" ", "\u0001")).join("  "), width)
    .map((line) => line.replaceAll("\u0001", " ").trim()).filter((line) => line !== "");
  return [
    ...(room < AIRY ? [] : [[]]),
    ...lines.map((line): TextRow =>
      line.split(/ {2,}/).flatMap((part, at) => {
        const [key = "", ...words] = part.split(" ");
        return [...(at === 0 ? [] : [span("  ")]), span(key, BOLD), span(` ${words.join(" ")}`, DIM)];
      })
    ).map((row) => cutRow(row, width)),
  ];
}

/** Lower panes have no room for a blank row. */
const AIRY = 14;

/** @param most lines of each */
export function factRows(
  { facts, contextPercent, resume }: Pick<DetailView, "facts" | "contextPercent" | "resume">,
  width: number,
  most: number,
): readonly TextRow[] {
  const wide = Math.max(0, ...facts.map(({ label }) => label.length)) + 2;
  const rows = facts.flatMap((fact) => factLines(fact, contextPercent, { width, wide, most }));
  return resume === undefined
    ? rows
    : [...rows, cutRow([span("r", BOLD), span(" shows the command that goes on with it", DIM)], width)];
}

function factLines(
  { label, text }: DetailFact,
  percent: number | undefined,
  { width, wide, most }: { readonly width: number; readonly wide: number; readonly most: number },
): readonly TextRow[] {
  const room = Math.max(1, width - wide);
  const withBar = label === "context" && percent !== undefined ? `${text} ${bar(percent / 100, 10)}` : text;
  const all = wrap(withBar, room);
  const lines = all.length > most ? [...all.slice(0, most - 1), fitEnds(all.slice(most - 1).join(" "), room)] : all;
  return lines.map((line, at) => cutRow([span((at === 0 ? label : "").padEnd(wide), DIM), span(line)], width));
}

/** What would run or be written: no line of it looks like two. */
function inside(lines: readonly string[], width: number, styleOf: (line: string) => TextStyle): readonly TextRow[] {
  let style: TextStyle = {};
  return foldedLines(lines).flatMap(({ kind, text }) => {
    if (kind === "gap") return [cutRow([span(text, TONE_STYLES.attention)], width)];
    const goesOn = kind === "rest";
    style = goesOn ? style : styleOf(text);
    if (!goesOn && textWidth(text) <= width) return [[span(text, style)]];
    return wrap(text, Math.max(1, width - GOES_ON.length)).map((part, at): TextRow =>
      at === 0 && !goesOn ? [span(part, style)] : [span(GOES_ON, DIM), span(part, style)]
    ).map((row) => cutRow(row, width));
  });
}

/** Before what goes on from the line above: a line break of the command itself has none. */
const GOES_ON = "↳ ";

function prose(text: string, width: number, style: TextStyle, hang?: number): readonly TextRow[] {
  return wrapHanging(text, Math.max(1, width), hang).map((line) => cutRow([span(line, style)], width));
}

function labelled(label: string, text: string, width: number): readonly TextRow[] {
  const [first = "", ...more] = wrapBehind(label, text, Math.max(1, width), 0);
  return [[span(label, DIM), span(first)], ...more.map((line): TextRow => [span(line)])].map((row) =>
    cutRow(row, width)
  );
}

function diffStyle(line: string): TextStyle {
  if (/^(?:---|\+\+\+) /.test(line)) return BOLD;
  if (line.startsWith("@@")) return { fg: "cyan" };
  return line.startsWith("+") ? { fg: "green" } : line.startsWith("-") ? { fg: "red" } : {};
}
