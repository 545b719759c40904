/** One frame of `watch`: the list, the last changes below it, the keys at the foot. Pure. */
import { dim, stripAnsiCode } from "@std/fmt/colors";
import type { Approval } from "../domain/approval.ts";
import type { ScreenSize } from "../platform/full_screen.ts";
import { HIDDEN_DIALOG, hidesItsDialog, isQuestion } from "../view/approval_words.ts";
import type { ChangeLine } from "../view/change_lines.ts";
import type { SessionItem } from "../view/session_items.ts";
import type { ShownState } from "../domain/state_words.ts";
import { fit, fitHead } from "../view/text_fit.ts";
import { clockTime } from "../view/times.ts";
import { footKeys } from "./board_keys.ts";
import { footLines } from "./board_pages.ts";
import { changeText } from "./change_text.ts";
import { toned } from "./paint.ts";
import { type RowLines, sessionRows, summaryLines, titleLine } from "./session_list.ts";

export interface FrameState {
  readonly items: readonly SessionItem[];
  readonly states: readonly ShownState[];
  readonly selected: string | undefined;
  /** The last changes, oldest first. */
  readonly log: readonly ChangeLine[];
  /** Set while the daemon is not reached. */
  readonly lost: string | undefined;
  /** What is said in place of the keys. */
  readonly message: string | undefined;
  /** What became of an answer, where the message says something else. */
  readonly result?: string | undefined;
  readonly size: ScreenSize;
}

/** Before the marked row. */
const MARKER = "▸";
/** Smaller terminals have no room for changes below the list. */
const LOG_FROM = { rows: 12, columns: 40 };
/** The changes get so much of the screen, if the list needs the rest. */
const LOG_PART = 4;

/** Exactly as many lines as the screen has, none wider than it. */
export function boardFrame(state: FrameState): readonly string[] {
  const { states, lost, message, size: { columns, rows } } = state;
  const list = listLines(state);
  const head = [
    states.length === 0
      ? dim(fitHead(lost === undefined ? "No sessions." : "", columns))
      : summaryLines(states, columns)[0] ?? "",
    secondLine(state),
  ];
  const asked = askedIn(state);
  const keys = footKeys(columns, asked === undefined ? "nothing" : isQuestion(asked) ? "question" : "call");
  const foot = footLines(keys, message, state.size);
  const room = Math.max(0, rows - head.length - foot.length);
  const hasLog = rows >= LOG_FROM.rows && columns >= LOG_FROM.columns;
  const forLog = Math.max(Math.floor(rows / LOG_PART), room - list.lines.length);
  const log = logLines(state, hasLog ? Math.min(forLog, state.log.length + 1) : 0);
  const shown = windowOf(list, room - log.length);
  const body = lost === undefined ? shown : shown.map((line) => dim(stripAnsiCode(line)));
  const gap = Array.from({ length: Math.max(0, room - body.length - log.length) }, () => "");
  return [...head, ...body, ...gap, ...log, ...foot].slice(0, rows);
}

/** That the daemon is not reached; a result; else what answering the marked request gives back to its terminal. */
function secondLine(state: FrameState): string {
  const { lost, result, size: { columns } } = state;
  if (lost !== undefined) return toned("danger", fitHead(lost, columns));
  if (result !== undefined) return toned("attention", fitHead(result, columns));
  const approval = askedIn(state);
  return approval !== undefined && hidesItsDialog(approval) ? dim(fitHead(HIDDEN_DIALOG, columns)) : "";
}

function askedIn({ items, selected }: FrameState): Approval | undefined {
  return items.find(({ id }) => id === selected)?.asks?.approval;
}

/** The sessions whose text a frame of this width has no room for. */
export function cutRows(items: readonly SessionItem[], columns: number): ReadonlySet<string> {
  const rows = new Map(sessionRows(items, columns, MARKER.length).map((row) => [row.id, row]));
  return new Set(
    items.filter(({ id, about }) => !(rows.get(id)?.lines.some((line) => stripAnsiCode(line).includes(about)) ?? false))
      .map(({ id }) => id),
  );
}

interface ListLines {
  readonly lines: readonly string[];
  /** Where the marked row is. */
  readonly from: number;
  readonly to: number;
}

function listLines({ items, selected, size: { columns } }: FrameState): ListLines {
  const lines = titleLine(items, columns, MARKER.length).map((line) => ` ${line}`);
  let from = 0;
  let to = 0;
  for (const row of sessionRows(items, columns, MARKER.length)) {
    const isSelected = row.id === selected;
    if (isSelected) [from, to] = [lines.length, lines.length + row.lines.length];
    lines.push(...rowLines(row, isSelected));
  }
  return { lines, from, to };
}

function rowLines({ lines }: RowLines, isSelected: boolean): string[] {
  return lines.map((line, i) => `${isSelected && i === 0 ? MARKER : " "}${line}`);
}

/** What of the list there is room for, the marked row always. */
function windowOf({ lines, to }: ListLines, room: number): readonly string[] {
  if (lines.length <= room || room <= 0) return lines.slice(0, Math.max(0, room));
  const begin = Math.max(0, Math.min(lines.length - room, to + 1 - room));
  const shown = lines.slice(begin, begin + room);
  const below = lines.length - begin - room;
  return below === 0 ? shown : [...shown.slice(0, -1), dim(`  … ${below + 1} more lines`)];
}

function logLines({ log, size: { columns } }: FrameState, count: number): string[] {
  if (count < 2) return [];
  const last = log.slice(-(count - 1));
  return [
    dim("─".repeat(columns)),
    ...last.map((line) => {
      if (columns < WITH_TIME) return changeText(line, columns);
      const time = line.ts === undefined ? "" : clockTime(line.ts);
      return dim(fit(time, TIME)) + changeText(line, columns - TIME);
    }),
  ];
}

/** `14:02:07  `, and from which width on there is room for it. */
const TIME = 10;
const WITH_TIME = 60;
