/** The list of turns and jobs, and the detail of the marked one, between head and foot. */
import { wrapHanging } from "../view/text_fit.ts";
import type { WorkView } from "../view/work_items.ts";
import { type Body, splitBody } from "./frame_split.ts";
import type { FrameLayout } from "./layout.ts";
import { type ListLine, partOf } from "./list_lines.ts";
import { restyled, span } from "./rows.ts";
import type { DashboardState } from "./state.ts";
import { DIM } from "./styles.ts";
import type { TerminalSize, TextRow } from "./terminal_port.ts";
import { workLines } from "./work_rows.ts";
import { workDetailOf } from "./work_source.ts";

export interface JobsInput {
  readonly layout: FrameLayout;
  readonly work: WorkView;
  readonly size: TerminalSize;
  readonly now: number;
  /** Of the frame before. */
  readonly top: number;
}

export function jobsBody(state: DashboardState, { layout, work, size, now, top }: JobsInput): Body {
  const { list, detail } = layout;
  const { current } = state.work;
  const lines = work.items.length === 0
    ? emptyLines(state, list.columns)
    : workLines(work.groups, current, list, layout.kind === "tiny");
  const part = partOf(lines, current, list.rows, top);
  const paint = (row: TextRow) => state.lost === undefined ? row : restyled(row, DIM);
  const shown = detail === undefined
    ? undefined
    : workDetailOf(state, { width: detail.columns, room: detail.rows, now });
  return splitBody({
    layout,
    columns: size.columns,
    list: part.lines.map(({ row }) => paint(row())),
    part,
    detail: shown === undefined ? undefined : { title: shown.title, rows: shown.rows.map(paint) },
  });
}

function emptyLines({ text, lost, isNew }: DashboardState, columns: number): readonly ListLine[] {
  const said = lost !== undefined
    ? []
    : isNew
    ? ["Connecting …"]
    : text !== ""
    ? ["Nothing fits the filter."]
    : NOTHING;
  return said.flatMap((line) => wrapHanging(line, Math.max(1, columns - 1)))
    .map((line) => ({ row: () => [span(` ${line}`, DIM)] }));
}

/** An empty list says what would fill it. */
const NOTHING = [
  "No turns and no jobs.",
  "N begins a session with an agent of the configuration;",
  "a job is added by",
  "  agent-console cron add NAME SCHEDULE",
];
