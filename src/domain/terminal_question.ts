/**
 * The questions that only the agent's own terminal can answer: rows that wait and have no open approval. An inbox shows
 * them behind the approvals, so that it is never empty while a dialog is open. Pure.
 */
import type { Approval } from "./approval.ts";
import type { SessionView } from "./query.ts";
import type { Session, Terminal, TerminalOnly, WaitingFor } from "./session.ts";
import { terminalAndFolder } from "./terminal_place.ts";

export interface TerminalQuestion {
  /** The row that waits: a sub-agent's own where a sub-agent asks. */
  readonly sessionId: string;
  readonly agent: string;
  readonly title?: string;
  readonly cwd?: string;
  readonly for: WaitingFor;
  /** The agent's name of the tool, where it tells one. */
  readonly tool?: string;
  readonly text: string;
  /** Since when the row waits, ISO 8601 UTC. */
  readonly since: string;
  readonly answerable: false;
  /** Absent: its agent tells only that a dialog is open. */
  readonly why?: TerminalOnly;
  /** Where the agent runs; a sub-agent's question is in its parent's terminal. */
  readonly terminal?: Terminal;
  readonly tty?: string;
  /** Known from before the daemon's start only: it may be answered by now. */
  readonly unproven?: true;
}

/**
 * Oldest first.
 *
 * @param sessions at least those that wait, and the parents of sub-agents that do
 * @param approvals at least those that are pending
 */
export function terminalQuestions(
  sessions: readonly SessionView[],
  approvals: readonly Pick<Approval, "id" | "status">[],
): TerminalQuestion[] {
  const pending = new Set(approvals.filter(({ status }) => status === "pending").map(({ id }) => id));
  const byId = new Map(sessions.map((session) => [session.id, session]));
  return [...byId.values()]
    .flatMap((session) => terminalQuestion(session, byId.get(session.parentId ?? ""), pending) ?? [])
    .sort(byAge);
}

/** The oldest first; the order of those of one instant is the same wherever they are sorted. */
export function byAge(a: TerminalQuestion, b: TerminalQuestion): number {
  return compare(a.since, b.since) || compare(a.sessionId, b.sessionId);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The one of this row, where it has one. @param pending ids of the approvals that are open */
export function terminalQuestion(
  session: SessionView,
  parent: Session | undefined,
  pending: ReadonlySet<string>,
): TerminalQuestion | undefined {
  if (session.status !== "waiting" || session.lost || pending.has(session.waiting.approvalId ?? "")) return undefined;
  return questionOf(session, parent);
}

function questionOf(
  session: SessionView & { readonly status: "waiting" },
  parent: Session | undefined,
): TerminalQuestion {
  const { id, agent, title, cwd, since, waiting, unproven } = session;
  const { terminal, tty } = session.terminal === undefined && session.tty === undefined ? parent ?? session : session;
  const tool = waiting.tool?.name;
  const why = waiting.terminalOnly;
  return {
    sessionId: id,
    agent,
    ...(title === undefined ? {} : { title }),
    ...(cwd === undefined ? {} : { cwd }),
    for: waiting.for,
    ...(tool === undefined ? {} : { tool }),
    text: waiting.text,
    since,
    answerable: false,
    ...(why === undefined ? {} : { why }),
    ...(terminal === undefined ? {} : { terminal }),
    ...(tty === undefined ? {} : { tty }),
    ...(unproven ? { unproven } : {}),
  };
}

/** The advice to answer it where it is. */
export function answerThere(question: Pick<TerminalQuestion, "cwd" | "terminal" | "tty">): string {
  const place = terminalAndFolder(question);
  return `answer it in the agent's own terminal${place === "" ? "" : `: ${place}`}`;
}

/** Why the question is not answered here; empty where nobody knows. */
export function whyInTerminal({ why, unproven }: Pick<TerminalQuestion, "unproven" | "why">): string {
  const words = why === undefined ? "" : WHY[why];
  const doubt = unproven ? "it may be answered by now" : "";
  return [words, doubt].filter((text) => text !== "").join("; ");
}

const WHY: Readonly<Record<TerminalOnly, string>> = {
  unsupported: "its agent takes no answer to this from here",
  no_window: "no window such as `watch` was open when it was asked",
  window_closed: "the last window was closed",
  deadline: "nobody answered here in time",
  restarted: "the daemon was restarted",
  undelivered: "its hook is gone",
};
