/**
 * The status after a report: every rule by which a session changes its state, each under its name.
 * The recordings that justify a rule are named by the tests (tests/contract/*_replay_test.ts).
 */
import { clip } from "./sanitize.ts";
import {
  lastMessageOf,
  type NotWaiting,
  type Session,
  sessionState,
  type State,
  TEXT_CAPS,
  type ToolUse,
} from "./session.ts";
import type { AgentEvent, QuestionText, Report } from "./report.ts";

type Of<K extends AgentEvent["kind"]> = Extract<AgentEvent, { kind: K }>;

/** The state of `session` after `report`. Total: every event has a result in every state. */
export function nextState(session: Session, report: Report): State {
  const h = report.event;
  switch (h.kind) {
    case "announced":
      return announced(session, h);
    case "prompt":
      return working(session);
    case "tool":
      return begun(session, h);
    case "progress":
      return progress(session, h);
    case "requested":
      // the row already shows the agent's own request
      return h.scripted && session.status === "waiting" ? sessionState(session) : waiting(session, h);
    case "decided":
    case "dismissed":
      return afterDecision(session, h);
    case "left_to_agent":
      return leftToAgent(session, h);
    case "reminded":
      return reminded(session, h);
    case "finished":
      return finished(session, h);
    case "rested":
      return session.status === "idle" || session.status === "error" || session.status === "closed"
        ? sessionState(session)
        : { status: "idle", idle: {} };
    case "interrupted":
      return { status: "idle", idle: {} };
    case "failed":
      return { status: "error", error: { kind: h.error, text: clip(h.text, TEXT_CAPS.message) } };
    case "ended":
      return ended(session, h);
    case "subagent":
      return subagent(session, h);
    case "noted":
    case "measured":
      return sessionState(session);
  }
}

function ended(session: Session, { reason, reopenable }: Of<"ended">): State {
  const lastMessage = lastMessageOf(session);
  return {
    status: "closed",
    closed: {
      reason: clip(reason, TEXT_CAPS.title),
      ...(lastMessage === undefined ? {} : { lastMessage }),
      ...(reopenable === undefined ? {} : { reopenable }),
    },
  };
}

function waiting(session: Session, question: QuestionText): State {
  const { approvalId, terminalOnly, ofCall } = question;
  const running = session.status === "working" ? session.working.tool : undefined;
  const asked = ofCall !== undefined && running?.name === ofCall ? running : undefined;
  const tool = asked ?? (question.tool && identified(session, clipTool(question.tool)));
  const text = asked?.text ?? question.text;
  return {
    status: "waiting",
    waiting: {
      for: question.for,
      text: clip(text, TEXT_CAPS.waiting),
      ...(tool === undefined ? {} : { tool }),
      ...(approvalId === undefined ? {} : { approvalId }),
      ...(terminalOnly === undefined ? {} : { terminalOnly }),
      ...(question.scripted ? { before: stateBeforeRequest(session) } : {}),
    },
  };
}

/** The state that a row returns to after a script's request. */
function stateBeforeRequest(session: Session): NotWaiting {
  const state = sessionState(session);
  if (state.status !== "waiting") return state;
  return state.waiting.before ?? { status: "working", working: { subagents: session.subagents } };
}

/**
 * A decision of ours continues the turn at once: the agent's next event may be minutes away. A refusal or Esc in the
 * terminal ends the turn, and no event reports it (recorded). A row that waits for something else by now is left alone.
 */
function afterDecision(session: Session, h: Of<"decided" | "dismissed">): State {
  const shown = h.kind === "decided" && h.late ? undefined : h.approvalId;
  if (session.status !== "waiting" || session.waiting.approvalId !== shown) return sessionState(session);
  if (h.next !== undefined) return waiting(session, h.next);
  if (session.waiting.before !== undefined) return session.waiting.before;
  if (h.kind === "dismissed") return { status: "idle", idle: {} };
  const tool = h.denied ? undefined : session.waiting.tool;
  return { status: "working", working: { ...(tool === undefined ? {} : { tool }), subagents: session.subagents } };
}

/** The row still waits, but our clients can no longer decide (the deadline has passed, or the last client left). */
function leftToAgent(session: Session, h: Of<"left_to_agent">): State {
  if (session.status !== "waiting" || session.waiting.approvalId !== h.approvalId) return sessionState(session);
  const { approvalId: _, before, ...waiting } = session.waiting;
  const why = h.terminalOnly === undefined ? {} : { terminalOnly: h.terminalOnly };
  return before ?? { status: "waiting", waiting: { ...waiting, ...why } };
}

function working(session: Session): State {
  return { status: "working", working: { subagents: session.subagents } };
}

/** A new process is at its prompt, whatever the last one did: a kill -9 in mid-turn left the row working. */
function announced(session: Session, h: Of<"announced">): State {
  if (h.inTurn && session.status === "working") return working(session);
  if (!h.resumed) return { status: "starting", starting: {} };
  return session.status === "idle" ? sessionState(session) : { status: "idle", idle: {} };
}

/** A call begins. Calls of one batch run at the same time: the dialog of another one stays open. */
function begun(session: Session, h: Of<"tool">): State {
  const tool = clipTool(h.tool);
  return waitsForAnother(session, [tool])
    ? sessionState(session)
    : { status: "working", working: { tool, subagents: session.subagents } };
}

/**
 * Events of a running turn correct a row that shows waiting or failed. They do not reopen a row whose turn has ended:
 * agents send some of them late, during or after the turn's end. For the same reason, and because calls run at the same
 * time, the end of one call does not close another one's dialog.
 */
function progress(session: Session, h: Of<"progress">): State {
  const over = session.status === "idle" || session.status === "closed";
  return over || (h.tools !== undefined && waitsForAnother(session, h.tools))
    ? sessionState(session)
    : working(session);
}

/** A permission request names no call id; the call that began just before it does (recorded). */
function identified(session: Session, tool: ToolUse): ToolUse {
  const last = session.status === "working" ? session.working.tool : undefined;
  return last !== undefined && isSameCall(last, tool) ? { ...tool, ...last } : tool;
}

function waitsForAnother(session: Session, calls: readonly ToolUse[]): boolean {
  if (session.status !== "waiting") return false;
  const waitsFor = session.waiting.tool;
  return waitsFor !== undefined && !calls.some((call) => isSameCall(waitsFor, clipTool(call)));
}

/** By id where both have one: a hook may have changed the input in between (recorded). */
export function isSameCall(a: ToolUse, b: ToolUse): boolean {
  if (a.id !== undefined && b.id !== undefined) return a.id === b.id;
  return a.name === b.name && (a.text === undefined || b.text === undefined || a.text === b.text);
}

/** A reminder keeps what the request said; it opens the wait for dialogs that send nothing else. */
function reminded(session: Session, h: Of<"reminded">): State {
  if (session.status === "waiting" || session.status === "closed") return sessionState(session);
  return { status: "waiting", waiting: { for: h.for, text: clip(h.text, TEXT_CAPS.waiting) } };
}

/** The turn ended; the row rests only if no newer prompt is queued and no sub-agent still works for it. */
function finished(session: Session, h: Of<"finished">): State {
  if (session.status === "closed") return sessionState(session);
  const newerQueued = h.promptId !== undefined && session.promptId !== undefined &&
    h.promptId !== session.promptId && session.status === "working";
  const subagents = h.subagents ?? 0;
  if (newerQueued || subagents > 0) return { status: "working", working: { subagents } };
  const background = h.background ?? outliving(session, h);
  return {
    status: "idle",
    idle: {
      ...(h.lastMessage === undefined ? {} : { lastMessage: clip(h.lastMessage, TEXT_CAPS.message) }),
      ...(background > 0 ? { background } : {}),
    },
  };
}

/**
 * Sub-agents that outlive the turn, of an agent that does not say at its end what still runs: their ends are reported
 * one by one, and continue no turn (recorded).
 */
function outliving(session: Session, h: Of<"finished">): number {
  return h.subagents === undefined ? session.subagents : 0;
}

/** One that outlived the turn has ended. */
function subagent(session: Session, h: Of<"subagent">): State {
  const background = session.status === "idle" ? session.idle.background ?? 0 : 0;
  if (session.status !== "idle" || h.change === 1 || session.subagents === 0 || background === 0) {
    return sessionState(session);
  }
  const { background: _, ...idle } = session.idle;
  return { status: "idle", idle: background > 1 ? { ...idle, background: background - 1 } : idle };
}

function clipTool(tool: ToolUse): ToolUse {
  return {
    name: clip(tool.name, TEXT_CAPS.title),
    ...(tool.text === undefined ? {} : { text: clip(tool.text, TEXT_CAPS.tool) }),
    ...(tool.id === undefined ? {} : { id: clip(tool.id, TEXT_CAPS.id) }),
  };
}
