/** The detail of the marked row, or of a page: from what the dashboard knows to rows. */
import { isQuestion } from "../view/approval_words.ts";
import { allowedActions } from "../view/actions.ts";
import { approvalItems } from "../view/approval_items.ts";
import { type DetailView, detailView } from "../view/detail_view.ts";
import type { SessionItem } from "../view/session_items.ts";
import { STATE_LOOKS } from "../view/states.ts";
import { conversationRows } from "./conversation_rows.ts";
import { detailLines, detailTitle } from "./detail_lines.ts";
import type { KeyHint } from "./foot.ts";
import { span } from "./rows.ts";
import type { DashboardState } from "./state.ts";
import { RULE } from "./styles.ts";
import type { TextRow } from "./terminal_port.ts";

export interface DetailRows {
  readonly title: TextRow;
  readonly rows: readonly TextRow[];
  /** So many of them, from the top, are what is asked. */
  readonly judged: number;
  /** All that is asked is in the rows. */
  readonly isWhole: boolean;
  /** Its end is what is new. */
  readonly followsEnd?: boolean;
  /** What else can be done with it, on a page. */
  readonly keys?: readonly KeyHint[];
}

/** What a row can be answered by, as the pane says it. */
const ANSWERS: readonly string[] = ["yes", "yes_for", "no", "no_because"];

/** @param room rows; Infinity on a page that scrolls */
export function detailOf(
  state: DashboardState,
  item: SessionItem,
  { width, room, now }: { readonly width: number; readonly room: number; readonly now: number },
): DetailRows {
  const view = viewOf(state, item, now);
  const approval = item.asks?.approval;
  const shown = approval === undefined ? undefined : state.wholes.get(approval.id) ?? approval;
  const asked = shown === undefined ? undefined : Date.parse(shown.requestedAt);
  const until = shown === undefined ? undefined : Date.parse(shown.deadline);
  const answers = allowedActions(item).filter(({ name }) => ANSWERS.includes(name)).map(({ name, keys, word }) =>
    `${keys[0]} ${name === "yes" && approval !== undefined && isQuestion(approval) ? "answer" : word}`
  );
  const turns = approval === undefined || state.view === "sessions" ? state.work.turns.ofSession(view.id) : [];
  const isOwn = turns.length > 0;
  const { rows, judged, isWhole } = detailLines(isOwn ? { ...view, facts: besideTurns(view, room) } : view, {
    width,
    room,
    missing: shown?.missing ?? 0,
    answers: shown?.cutBy === undefined
      ? answers
      : answers.filter((words) => words.startsWith("d") || words.startsWith("D")),
    ...(asked === undefined || until === undefined ? {} : { left: (until - now) / Math.max(1, until - asked) }),
  });
  const title = detailTitle(view);
  const left = room - rows.length - 1;
  if (!isOwn || left < 1) return { title, rows, judged, isWhole };
  const rule: TextRow = [span("─".repeat(Math.max(0, width)), RULE)];
  const said = conversationRows(turns, { width, room: left, now });
  const keys: readonly KeyHint[] = [["i", "prompt"]];
  return { title, rows: [...rows, rule, ...said], judged, isWhole, followsEnd: approval === undefined, keys };
}

/** The conversation tells the rest; in a low pane it has more room. */
function besideTurns({ facts, request }: DetailView, room: number): DetailView["facts"] {
  const rest = facts.filter(({ label }) => !["prompt", "said", "before"].includes(label));
  return room === Infinity ? rest : rest.slice(0, request === undefined ? Math.max(1, Math.floor(room / 4)) : 1);
}

function viewOf({ live, wholes, histories, home, view }: DashboardState, item: SessionItem, now: number): DetailView {
  const approval = item.asks?.approval;
  const session = live.session(approval?.sessionId ?? item.id);
  // In the inbox a row is one request, also where its session has others.
  const among = view === "inbox" && approval !== undefined ? [approval] : live.approvals;
  const approvals = among.map((one) => wholes.get(one.id) ?? one);
  const sessions = live.openSessions;
  if (session !== undefined) {
    const history = histories.get(session.id);
    return detailView(session, { sessions, approvals, now, home, ...(history === undefined ? {} : { history }) });
  }
  // Its session was forgotten meanwhile, and the request is still open.
  const [request] = approval === undefined ? [] : approvalItems([approval], { sessions, now, home });
  return {
    id: item.id,
    name: item.name,
    heading: [item.agent],
    look: STATE_LOOKS[item.state],
    ...(request === undefined ? {} : { request }),
    more: 0,
    onlyThere: false,
    facts: [],
  };
}
