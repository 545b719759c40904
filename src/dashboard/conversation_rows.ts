/** Turns as rows: what was asked, what the agent did and said, how it ended; the newest last. Pure. */
import { isTurnOver } from "../domain/turn_change.ts";
import { type TurnTold } from "../view/live_turns.ts";
import { wrap, wrapBehind, wrapHanging } from "../view/text_fit.ts";
import { turnHead, type TurnTexts, turnTexts } from "../view/work_detail.ts";
import { cutRow, span } from "./rows.ts";
import { BOLD, DIM, MARKED, TONE_STYLES } from "./styles.ts";
import type { TextRow, TextStyle } from "./terminal_port.ts";

export interface ConversationForm {
  readonly width: number;
  /** Rows; Infinity on a page that scrolls. */
  readonly room: number;
  /** ms since the epoch */
  readonly now: number;
}

/** What of a turn is drawn on a page that scrolls: units of a reply, calls. One that runs is drawn again and again. */
const PAGE = { over: { reply: 65_536, tools: 100 }, running: { reply: 4096, tools: 100 } };
/** Units of replies on a page. */
const PAGE_UNITS = 65_536;
/** Turns that are shown, at most. */
export const SHOWN_TURNS = 10;

/** As many rows as there is room for, the last ones. */
export function conversationRows(
  turns: readonly TurnTold[],
  { width, room, now }: ConversationForm,
): readonly TextRow[] {
  const isPage = room === Infinity;
  const shown = turns.slice(-SHOWN_TURNS);
  let rows: readonly TextRow[] = [];
  let units = 0;
  // From the newest on: what has no room is not made.
  for (let at = shown.length - 1; at >= 0 && rows.length < room && units < PAGE_UNITS; at--) {
    const turn = shown[at];
    if (turn === undefined) break;
    units += turn.reply?.length ?? 0;
    const most = !isPage
      ? { reply: Math.max(200, room * width), tools: Math.max(1, room) }
      : isTurnOver(turn.status)
      ? PAGE.over
      : PAGE.running;
    const own = turnRows(turn, now, width, most);
    rows = rows.length === 0 ? own : [...own, [], ...rows];
  }
  if (rows.length <= room) return rows;
  return [cutRow([span("… Enter shows all", DIM)], width), ...rows.slice(rows.length - room + 1)].slice(0, room);
}

interface Most {
  readonly reply: number;
  readonly tools: number;
}

/** Frames come more often than what a turn says: its rows below the head, which shows times, as they were drawn last. */
const drawn = new WeakMap<TurnTold, { readonly form: string; readonly rows: readonly TextRow[] }>();

function turnRows(turn: TurnTold, now: number, width: number, most: Most): readonly TextRow[] {
  const form = `${width} ${most.reply} ${most.tools}`;
  const known = drawn.get(turn);
  const { look, head } = turnHead(turn, now);
  const rows = known?.form === form ? known.rows : bodyRows(turnTexts(turn, now, most), width);
  if (rows !== known?.rows) drawn.set(turn, { form, rows });
  return [cutRow([span(`${look.sign} `, TONE_STYLES[look.tone]), span(head, DIM)], width), ...rows];
}

function bodyRows(
  { look, prompt, plan, tools, reply, isCut, end, isAsked }: TurnTexts,
  width: number,
): readonly TextRow[] {
  return [
    ...prompt.flatMap((line, at) => behind(at === 0 ? "› " : "  ", line, width, BOLD)),
    ...plan.map((line) => cutRow([span(line, DIM)], width)),
    ...tools.flatMap(({ sign, tone, text }) =>
      behind(`  ${sign} `, text, width, DIM).map((row, at) =>
        at === 0 ? [span(`  ${sign} `, TONE_STYLES[tone]), ...row.slice(1)] : row
      )
    ),
    ...(isAsked ? [cutRow([span("…", DIM)], width)] : []),
    ...(isCut ? [cutRow([span("… its end:", DIM)], width)] : []),
    ...reply.flatMap((line) =>
      wrapHanging(line, Math.max(1, width)).map((part): TextRow => cutRow([span(part)], width))
    ),
    ...end.flatMap((line) =>
      wrap(line, Math.max(1, width)).map((part) =>
        cutRow([span(part, look.tone === "danger" ? TONE_STYLES.danger : TONE_STYLES.attention)], width)
      )
    ),
  ];
}

function behind(label: string, text: string, width: number, style: TextStyle): readonly TextRow[] {
  return wrapBehind(label, text, Math.max(1, width)).map((line, at) =>
    cutRow(at === 0 ? [span(label, MARKED), span(line, style)] : [span(line, style)], width)
  );
}
