/** One frame of the dashboard: exactly as many rows as the screen has, none wider than it. */
import type { SessionItem } from "../view/session_items.ts";
import { parseFilter } from "../view/filter_text.ts";
import { requestPasses } from "../view/session_filter.ts";
import { GROUP_OF } from "../view/states.ts";
import { duration } from "../view/times.ts";
import { wrapHanging } from "../view/text_fit.ts";
import { type SessionGroup, type WindowView, windowView } from "../view/window_view.ts";
import { openTurn } from "../view/work_detail.ts";
import type { WorkView } from "../view/work_items.ts";
import { detailOf, type DetailRows } from "./detail_source.ts";
import { footRows, isInSight } from "./frame_foot.ts";
import { headOf, noteOf, ruleRow } from "./frame_edges.ts";
import { jobsBody } from "./frame_jobs.ts";
import { type Body, type FrameHit, splitBody } from "./frame_split.ts";
import { inboxItems } from "./inbox_items.ts";
import { type FrameLayout, layoutOf } from "./layout.ts";
import { type ListLine, listLines, partOf, tinyLines } from "./list_lines.ts";
import { cutRow, exactly, restyled, span } from "./rows.ts";
import { type Columns, columnsOf, showsAllOf } from "./session_rows.ts";
import type { DashboardState } from "./state.ts";
import { DIM } from "./styles.ts";
import type { TerminalSize, TextRow } from "./terminal_port.ts";

export interface Frame {
  readonly rows: readonly TextRow[];
  /** Of the terminal. */
  readonly title: string;
  readonly hits: readonly FrameHit[];
  /** The rows that show times. */
  readonly shown: readonly SessionItem[];
  /** Times that are shown beside those of the rows. */
  readonly texts: readonly string[];
  /** Where the list begins in the next frame. */
  readonly top: number;
}

/** Draws what `state` is at `now`; the cursor and what is in sight are kept there. @param top of the frame before */
export function drawFrame(state: DashboardState, size: TerminalSize, now: number, top: number): Frame {
  const { columns, rows } = size;
  const view = viewOf(state, state.text, now);
  const inbox = inboxOf(state, view, now);
  const all = state.view === "inbox" ? inbox.shown : view.items;
  const work = state.view === "jobs"
    ? state.work.view(state.live.sessions, { filter: state.filter, text: state.text, home: state.home, now })
    : undefined;
  if (work !== undefined) state.work.show(work.items);
  const { items: { length }, groups } = work ?? { items: all, groups: view.groups };
  const wanted = length + groups.length;
  const first = layoutOf(size, 1, wanted, state.lost === undefined ? 0 : 1);
  const items = first.kind === "tiny" ? all.filter(({ state }) => GROUP_OF[state] === "needs") : all;
  const cells = columnsOf(items, first.list.columns);
  state.board.show(items, now, cutOf(items, cells, first));
  state.goToSent(now);
  const foot = footRows(state, size, now, first.kind === "tiny");
  const layout = layoutOf(size, foot.length, wanted, state.lost === undefined ? 0 : 1);
  state.isTooSmall = columns < LEAST.columns || rows < LEAST.rows || layout.list.rows < 1;
  const body = bodyOf(state, { layout, items, groups: groupsOf(state, view, items), cells, work, size, now, top });
  const isBare = layout.kind === "tiny" && !cells.hasAbout && state.page === undefined;
  state.board.hide(state.isTooSmall || (isBare && !isInSight(state)));
  const note = noteOf(state, work?.hidden ?? inbox.hidden, body.part);
  const { head, tabs } = headOf(state, {
    view,
    note,
    layout,
    inbox: inbox.count,
    jobs: state.work.endable,
    size,
    now,
    body,
  });
  const rule: readonly TextRow[] = layout.hasRule ? [ruleRow(layout, columns, body.isSplit)] : [];
  const drawn = [
    ...exactly(head, layout.head),
    ...exactly(body.rows, Math.max(0, rows - layout.head - foot.length - rule.length)),
    ...rule,
    // What is on the screen decides which keys mean something.
    ...footRows(state, size, now, first.kind === "tiny"),
  ];
  const inSight = new Set(body.hits.map(({ hits }) => "id" in hits ? hits.id : undefined));
  return {
    rows: exactly(drawn, rows).map((row) => cutRow(row, columns)),
    title: view.title,
    hits: [
      ...tabs.map((tab) => ({ row: layout.head - 1, from: tab.from, to: tab.to, hits: { tab: tab.view } })),
      ...body.hits.map((hit) => ({ ...hit, row: hit.row + layout.head })),
    ],
    shown: items.filter(({ id }) => inSight.has(id)),
    texts: timesOf(state, work, inSight, now),
    top: body.part?.top ?? top,
  };
}

/** Those of turns and jobs, and of the turn that runs in the marked session. */
function timesOf(
  { work, session }: DashboardState,
  view: WorkView | undefined,
  inSight: ReadonlySet<string | undefined>,
  now: number,
): readonly string[] {
  if (view !== undefined) {
    return view.items.filter(({ id }) => inSight.has(id)).map(({ time }) => time.replace(/^in /, ""));
  }
  const running = session === undefined ? undefined : openTurn(work.turns.ofSession(session.id));
  return running === undefined ? [] : [duration(now - Date.parse(running.startedAt ?? running.submittedAt))];
}

/** In less room than this nothing is allowed: nobody can read what is asked. */
const LEAST = { columns: 20, rows: 3 };

function viewOf({ live, filter }: DashboardState, text: string, now: number): WindowView {
  const { approvals } = live;
  return windowView({ sessions: live.sessions, approvals }, { now, filter, text, ended: "recent" });
}

function inboxOf(state: DashboardState, view: WindowView, now: number) {
  const { live, view: name, text, filter } = state;
  const count = live.approvals.length;
  if (name !== "inbox") return { count, shown: [], hidden: view.hidden };
  const typed = parseFilter(text);
  // Each request by itself: the row of its session shows one of them.
  const all = inboxItems(live, viewOf(state, "", now).items, now).filter(({ asks }) =>
    asks?.approval === undefined || requestPasses(asks.approval, live.session(asks.approval.sessionId), filter)
  );
  const shown = all.filter((item) => {
    const approval = item.asks?.approval;
    return approval === undefined ? typed.passesRow(item) : typed.passesRequest(approval, item.name);
  });
  return { count, shown, hidden: all.length - shown.length };
}

function groupsOf(
  { view: name }: DashboardState,
  view: WindowView,
  items: readonly SessionItem[],
): readonly Pick<SessionGroup, "key" | "title" | "items">[] {
  if (name !== "inbox") return view.groups;
  const here = items.filter(({ asks }) => asks?.approval !== undefined);
  const there = items.filter(({ asks }) => asks?.approval === undefined);
  return [
    ...(here.length === 0 ? [] : [{ key: "needs" as const, title: "", items: here }]),
    ...(there.length === 0 ? [] : [{ key: "idle" as const, title: "ONLY IN THEIR TERMINALS", items: there }]),
  ];
}

/** The sessions whose question has no room in its row. */
function cutOf(items: readonly SessionItem[], cells: Columns, { kind }: FrameLayout): ReadonlySet<string> {
  return new Set(items.flatMap((item) => {
    const approval = item.asks?.approval;
    return approval !== undefined && (kind === "tiny" || !showsAllOf(item, cells)) ? [approval.sessionId] : [];
  }));
}

interface BodyInput {
  readonly layout: FrameLayout;
  readonly items: readonly SessionItem[];
  readonly groups: readonly Pick<SessionGroup, "key" | "title" | "items">[];
  readonly cells: Columns;
  /** In the view of turns and jobs. */
  readonly work: WorkView | undefined;
  readonly size: TerminalSize;
  readonly now: number;
  readonly top: number;
}

function bodyOf(state: DashboardState, input: BodyInput): Body {
  const { layout, size, now } = input;
  const page = state.under ?? state.page;
  const { columns } = size;
  const room = layout.list.rows +
    (layout.detail !== undefined && layout.kind === "stacked" ? layout.detail.rows + 1 : 0);
  const isOver = page !== undefined &&
    (page.place === "all" || (page.place === "detail" && layout.detail === undefined));
  if (isOver) {
    const margin = columns >= 60 ? 1 : 0;
    const rows = page.rows({ columns: Math.max(1, columns - 2 * margin), rows: room }, now);
    if (page.isRead === true && page.approval !== undefined) state.board.opened(page.approval.id);
    state.inSight.show(undefined, now);
    return {
      rows: rows.map((row) => margin === 0 ? row : [span(" "), ...row]),
      hits: [],
      isSplit: false,
      ...(page.title === undefined ? {} : { title: page.title }),
      ...(page.shownPart === undefined ? {} : { shownPart: page.shownPart }),
    };
  }
  if (state.view === "activity") {
    state.inSight.show(undefined, now);
    const rows = state.activity.rows(state.text, { columns: Math.max(1, columns - 2), rows: room });
    return { rows: rows.map((row) => [span(" "), ...row]), hits: [], isSplit: false };
  }
  if (input.work !== undefined) {
    state.inSight.show(undefined, now);
    return jobsBody(state, { ...input, work: input.work });
  }
  return listBody(state, input);
}

function listBody(state: DashboardState, { layout, items, groups, cells, size, now, top }: BodyInput): Body {
  const { kind, list, detail } = layout;
  const { current } = state.board;
  const lines = items.length === 0
    ? emptyLines(state, kind === "tiny", list.columns)
    : kind === "tiny"
    ? tinyOrRows(items, cells, current)
    : listLines(groups, cells, { current, marked: state.marked }, list.rows);
  const part = partOf(lines, current, list.rows, top);
  const isLost = state.lost !== undefined;
  const paint = (row: TextRow) => isLost ? restyled(row, DIM) : row;
  const drawn = part.lines.map(({ row }) => paint(row()));
  const shown = detail === undefined ? undefined : detailRows(state, detail, now);
  const below = detail === undefined
    ? askedBelow(state, { columns: list.columns, rows: list.rows - drawn.length }, now)
    : undefined;
  state.inSight.show((shown ?? below)?.isWhole && state.page === undefined ? state.board.asked?.id : undefined, now);
  return splitBody({
    layout,
    columns: size.columns,
    list: [...drawn, ...below?.rows.map(paint) ?? []],
    part,
    detail: shown === undefined ? undefined : { title: shown.title, rows: shown.rows.map(paint) },
    shownPart: state.page?.place === "detail" ? state.page.shownPart : undefined,
  });
}

/** What the current request asks, in rows that the list leaves free. */
function askedBelow(state: DashboardState, { columns, rows }: TerminalSize, now: number): DetailRows | undefined {
  const { item } = state;
  if (rows < 1 || item?.asks?.approval === undefined) return undefined;
  const detail = detailOf(state, item, { width: columns, room: rows, now });
  if (detail.isWhole || rows >= ROOMY) return detail;
  // Rather some of what would run than how risky it is.
  return { ...detail, rows: detailOf(state, item, { width: columns, room: Infinity, now }).rows.slice(1, 1 + rows) };
}

/** From so many rows on there is room for more than a beginning. */
const ROOMY = 4;

/** Low but wide: whole rows of those who need a person. */
function tinyOrRows(items: readonly SessionItem[], cells: Columns, current: string | undefined): readonly ListLine[] {
  if (!cells.hasAbout) return tinyLines(items, cells.width, current);
  return listLines([{ key: "needs", title: "", items }], cells, { current, marked: new Set() }, Infinity);
}

function emptyLines(state: DashboardState, isTiny: boolean, columns: number): readonly ListLine[] {
  const { text, lost, isNew, view, filter, live } = state;
  const said = lost !== undefined
    ? []
    : isNew
    ? ["Connecting …"]
    : text !== "" || Object.keys(filter).length > 0
    ? ["Nothing fits the filter."]
    : view === "inbox"
    ? ["Nothing waits for an answer."]
    : isTiny && live.openSessions.length > 0
    ? ["Nobody waits for you."]
    : NO_SESSIONS;
  return said.flatMap((line) => wrapHanging(line, Math.max(1, columns - 1)))
    .map((line) => ({ row: () => [span(` ${line}`, DIM)] }));
}

/** An empty list says what would fill it. */
const NO_SESSIONS = [
  "No sessions.",
  "An agent shows here at its next event, once its hooks are installed:",
  "  agent-console onboard",
];

function detailRows(state: DashboardState, { columns, rows }: TerminalSize, now: number): DetailRows {
  const { page, item } = state;
  if (page?.place === "detail") {
    const drawn = page.rows({ columns, rows }, now);
    return { rows: drawn, title: page.title ?? [], judged: 0, isWhole: false };
  }
  if (item === undefined) return { rows: [], title: [], judged: 0, isWhole: false };
  return detailOf(state, item, { width: columns, room: rows, now });
}
