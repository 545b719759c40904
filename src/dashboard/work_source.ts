/** The detail of the marked turn or job: from what the dashboard knows to rows. */
import { type ActionName, allowedWorkActions } from "../view/actions.ts";
import { wrap } from "../view/text_fit.ts";
import { jobDetail, runTexts, turnDetail, type WorkDetail } from "../view/work_detail.ts";
import { conversationRows } from "./conversation_rows.ts";
import type { DetailRows } from "./detail_source.ts";
import { factRows } from "./detail_lines.ts";
import { type KeyHint, wordOf } from "./foot.ts";
import { cutRow, span } from "./rows.ts";
import type { DashboardState } from "./state.ts";
import { BOLD, DIM, RULE, TONE_STYLES } from "./styles.ts";
import type { TextRow } from "./terminal_port.ts";

interface WorkForm {
  readonly width: number;
  /** Rows; Infinity on a page that scrolls. */
  readonly room: number;
  readonly now: number;
}

/** Of a fact the pane shows so many lines. */
const FACT_LINES = 3;

export function workDetailOf({ work, home }: DashboardState, form: WorkForm): DetailRows {
  const { width, room, now } = form;
  const { item, turn, job } = work;
  const keys = allowedWorkActions(item).filter(({ name }) => KEYS.has(name))
    .map((action): KeyHint => [action.keys[0] ?? "", wordOf(action, job?.enabled === true)]);
  if (item !== undefined && turn !== undefined) {
    const detail = turnDetail(turn, item.name, { now, home, state: item.state });
    const facts = factsIn(detail, width, room);
    const left = room - facts.length - 1;
    const said = left < 1 ? [] : conversationRows([turn], { width, room: left, now });
    return { ...detailRows(detail, [...facts, ruleOf(width), ...said]), followsEnd: true, keys };
  }
  if (item === undefined || job === undefined) return { title: [], rows: [], judged: 0, isWhole: false };
  const { runs = job.lastRun === undefined ? [] : [job.lastRun], next = [] } = work.looked.get(job.id) ?? {};
  const detail = jobDetail(job, { now, home, state: item.state }, next);
  const told = runs.flatMap((run): readonly TextRow[] => {
    const { look, head, output } = runTexts(run, now);
    const lines = room === Infinity ? output : output.slice(-OUTPUT_LINES);
    return [
      ...wrap(head, Math.max(1, width - 2)).map((line, at): TextRow =>
        cutRow([span(at === 0 ? `${look.sign} ` : "  ", TONE_STYLES[look.tone]), span(line)], width)
      ),
      ...lines.flatMap((line) => wrap(line, Math.max(1, width - 2)))
        .map((line): TextRow => cutRow([span(`  ${line}`, DIM)], width)),
    ];
  });
  const none: readonly TextRow[] = told.length === 0 ? [cutRow([span("no runs yet", DIM)], width)] : told;
  return { ...detailRows(detail, [...factsIn(detail, width, room), ruleOf(width), ...none]), keys };
}

/** Keys that a page of one of them names. */
const KEYS: ReadonlySet<ActionName> = new Set<ActionName>(["cancel", "run_now", "enable", "prompt"]);

/** Of what a run has printed the pane shows so many lines. */
const OUTPUT_LINES = 6;

function detailRows({ name, look, heading }: WorkDetail, rows: readonly TextRow[]): DetailRows {
  const parts = heading.flatMap((part) => [span(" · ", DIM), span(part, DIM)]);
  const title = [span(`${look.sign} `, TONE_STYLES[look.tone]), span(name, BOLD), ...parts];
  return { title, rows, judged: 0, isWhole: false };
}

function factsIn({ facts }: WorkDetail, width: number, room: number): readonly TextRow[] {
  const rows = factRows({ facts }, width, room === Infinity ? Infinity : FACT_LINES);
  // A low pane tells what is said rather than from where it came.
  return room === Infinity ? rows : rows.slice(0, Math.max(1, Math.floor(room / 3)));
}

function ruleOf(width: number): TextRow {
  return [span("─".repeat(Math.max(0, width)), RULE)];
}
