/**
 * Commands to events: what a change means for a session. Pure: the time is an argument, the result one event. Each
 * function returns exactly one event, or a refusal.
 */
import type { NewEvent } from "./event.ts";
import {
  type Facts,
  lastMessageOf,
  type ProcessRef,
  type Session,
  type SessionFields,
  sessionState,
  type State,
  type Status,
  TEXT_CAPS,
  withoutState,
} from "./session.ts";
import { confirmedPid } from "./confirmed_pid.ts";
import {
  type MayLive,
  NONE_SEEN,
  sourceOf,
  withoutFront,
  withoutServer,
  withOwnServer,
  withSourceInFront,
  withUrgentInFront,
} from "./row_processes.ts";
import { nextState } from "./transition.ts";
import type { Report } from "./report.ts";
import { maskSecrets } from "./mask.ts";
import { clip, escapeControls } from "./sanitize.ts";
import { clampCost } from "./cost.ts";

/** What `session.update` may set; an absent member stays as it is. */
export interface Change extends Facts {
  readonly status?: Exclude<Status, "closed">;
  /** The text that goes with `waiting`, `error` or `idle`. */
  readonly text?: string;
  readonly priority?: number;
  readonly tags?: readonly string[];
}

export type Refusal = { readonly refused: "not_found" | "conflict"; readonly why: string; readonly hint?: string };

export function isRefusal(value: NewEvent | Refusal): value is Refusal {
  return "refused" in value;
}

/**
 * The event of an agent's report; `now` is ISO 8601. A request of a sub-agent opens a row for it.
 *
 * @param mayLive what the process table has shown of the processes of the conversation
 */
export function decideReport(
  session: Session | undefined,
  report: Report,
  now: string,
  mayLive: MayLive = NONE_SEEN,
): NewEvent {
  const known = session ?? fresh(report.sessionId, report.agent, now);
  const row = withSourceInFront(known, report, mayLive);
  const left = report.event.kind === "ended" ? afterEnd(row, report) : undefined;
  if (left !== undefined) return event(session, timed(session, left, now));
  const state = nextState(row, report);
  const fields = withoutState(row);
  const facts = cleanFacts(report.facts);
  const told = confirmedPid(fields, report, {
    ...inWorkspace(session, fields, facts),
    ...facts,
    ...counters(fields, report),
  });
  const next = withOwnServer(fields, { ...report, facts }, told);
  return event(session, timed(session, withUrgentInFront(join(seenPid(fields, next), state)), now));
}

/**
 * The row goes on where only one of its processes has ended. An end that does not say of which process it is ends none:
 * the process table will tell.
 */
function afterEnd(row: Session, report: Report): Session | undefined {
  if (row.others === undefined) return undefined;
  return sourceOf(row, report) === undefined ? row : withoutFront(row);
}

/** Another pid has not been seen yet. */
function seenPid(before: SessionFields, next: SessionFields): SessionFields {
  if (next.pidSeen === undefined || next.pid === before.pid) return next;
  const { pidSeen: _, ...rest } = next;
  return rest;
}

function timed(before: Session | undefined, session: Session, now: string): Session {
  return { ...session, ...times(before, session, now) };
}

/** The process table shows `pid` alive, in `tty`: no event of the agent. Undefined where the row says so already. */
export function decideSeen(session: Session, pid: number, tty: string | undefined): NewEvent | undefined {
  const seen = <P extends ProcessRef & { readonly tty?: string }>(one: P): P =>
    one.pid !== pid || (one.pidSeen && (tty === undefined || one.tty !== undefined))
      ? one
      : { ...one, pidSeen: true, ...(tty === undefined ? {} : { tty: one.tty ?? tty }) };
  const front = seen(session);
  const others = session.others?.map(seen);
  const isNew = front !== session || others?.some((one, at) => one !== session.others?.[at]);
  return isNew ? { type: "session.updated", data: { session: { ...front, ...(others && { others }) } } } : undefined;
}

/** The fields with the folder that the session began in, once it leaves it; one that begins anew begins where it is. */
function inWorkspace(session: Session | undefined, fields: SessionFields, { cwd }: Facts): SessionFields {
  const { workspace, ...others } = fields;
  const begun = session === undefined || session.status === "closed" ? undefined : workspace ?? fields.cwd;
  return begun === undefined || begun === (cwd ?? fields.cwd) ? others : { ...others, workspace: begun };
}

export function decideUpdate(
  session: Session | undefined,
  target: { readonly id: string; readonly agent?: string },
  change: Change,
  now: string,
): NewEvent | Refusal {
  if (session === undefined && target.agent === undefined) return notFound(target.id);
  if (session !== undefined && target.agent !== undefined && session.agent !== target.agent) {
    return { ...conflict(target.id, `of ${session.agent}, not of ${target.agent}`), hint: "leave the agent out" };
  }
  const known = session ?? fresh(target.id, target.agent ?? "", now);
  const { status, text, priority, tags, ...facts } = masked(change);
  const state = status === undefined ? sessionState(known) : chosen(known, status, text);
  const next = join(
    {
      ...withoutState(known),
      ...cleanFacts(facts),
      ...(priority === undefined ? {} : { priority }),
      ...(tags === undefined ? {} : { tags: tags.slice(0, TEXT_CAPS.tags).map((t) => clip(t, TEXT_CAPS.tag)) }),
      ...times(session, state, now),
    },
    state,
  );
  return event(session, next);
}

/** Texts of people and scripts are masked like those of agents; `tags` are masked one by one. */
function masked(change: Change): Change {
  return {
    ...Object.fromEntries(
      Object.entries(change).map(([name, value]) => [name, typeof value === "string" ? maskSecrets(value) : value]),
    ),
    ...(change.tags === undefined ? {} : { tags: change.tags.map(maskSecrets) }),
  };
}

export function decideClose(session: Session | undefined, id: string, reason: string, now: string): NewEvent | Refusal {
  if (session === undefined) return notFound(id);
  if (session.status === "closed") return conflict(id, "already closed");
  const lastMessage = lastMessageOf(session);
  const closed = {
    reason: clip(maskSecrets(reason), TEXT_CAPS.title),
    ...(lastMessage === undefined ? {} : { lastMessage }),
  };
  const { others: _, ...fields } = withoutState(session);
  return event(session, join({ ...fields, since: now, lastEventAt: now, subagents: 0 }, { status: "closed", closed }));
}

export function decideReopen(session: Session | undefined, id: string, now: string): NewEvent | Refusal {
  if (session === undefined) return notFound(id);
  if (session.status !== "closed") return conflict(id, `${session.status}, not closed`);
  return event(session, join({ ...withoutState(session), since: now, lastEventAt: now }, { status: "idle", idle: {} }));
}

export function decideDelete(session: Session | undefined, id: string): NewEvent | Refusal {
  if (session === undefined) return notFound(id);
  return { type: "session.deleted", data: { session } };
}

/** `since` is kept while the status lasts. Where the clock was set back, the last event is not put before it. */
function times(before: Session | undefined, state: State, now: string): Pick<SessionFields, "since" | "lastEventAt"> {
  if (before === undefined || state.status !== before.status) return { since: now, lastEventAt: now };
  return { since: before.since, lastEventAt: now < before.since ? before.since : now };
}

function notFound(id: string): Refusal {
  return {
    refused: "not_found",
    why: `no session has the id "${escapeControls(id)}"`,
    hint: "agent-console ls --all",
  };
}

function conflict(id: string, is: string): Refusal {
  return { refused: "conflict", why: `session "${escapeControls(id)}" is ${is}` };
}

function fresh(id: string, agent: string, now: string): Session {
  return {
    id,
    agent,
    startedAt: now,
    since: now,
    lastEventAt: now,
    priority: 0,
    tags: [],
    turnCount: 0,
    subagents: 0,
    status: "starting",
    starting: {},
  };
}

function counters(
  fields: SessionFields,
  { event: h }: Report,
): Pick<SessionFields, "turnCount" | "subagents"> & { promptId?: string } {
  const { turnCount } = fields;
  const subagents = Math.max(0, Math.min(fields.subagents, 10_000));
  switch (h.kind) {
    case "prompt":
      return {
        turnCount: turnCount + (h.byUser ? 1 : 0),
        subagents,
        ...(h.promptId === undefined ? {} : { promptId: h.promptId }),
      };
    case "subagent":
      return { turnCount, subagents: Math.max(0, subagents + h.change) };
    case "finished":
      return { turnCount, subagents: h.subagents ?? subagents };
    case "announced": // a new process has none yet
    case "ended":
    case "rested":
      return { turnCount, subagents: 0 };
    default:
      return { turnCount, subagents };
  }
}

function chosen(session: Session, status: Exclude<Status, "closed">, text: string | undefined): State {
  if (status === session.status && text === undefined) return sessionState(session);
  const words = clip(text ?? "", TEXT_CAPS.waiting);
  switch (status) {
    case "starting":
      return { status, starting: {} };
    case "idle":
      return { status, idle: words === "" ? {} : { lastMessage: words } };
    case "working":
      return { status, working: { subagents: session.subagents } };
    case "waiting":
      return { status, waiting: { for: "question", text: words } };
    case "error":
      return { status, error: { kind: "unknown", text: words } };
  }
}

const FACT_CAPS: Partial<Record<keyof Facts, number>> = {
  title: TEXT_CAPS.title,
  cwd: TEXT_CAPS.path,
  gitBranch: TEXT_CAPS.title,
  model: TEXT_CAPS.title,
  permissionMode: TEXT_CAPS.title,
  serverUrl: TEXT_CAPS.title,
  tty: TEXT_CAPS.title,
  transcriptPath: TEXT_CAPS.path,
  parentId: TEXT_CAPS.id,
  lastPrompt: TEXT_CAPS.prompt,
};

/** `facts` with bounded texts and without numbers that cannot be. */
export function cleanFacts(facts: Facts): Facts {
  const { cost, planLimits, ...others } = facts;
  const clean: Record<string, unknown> = { ...others, ...clampCost({ cost, planLimits }) };
  for (const [name, cap] of Object.entries(FACT_CAPS)) {
    const value = clean[name];
    if (typeof value === "string") clean[name] = clip(value, cap);
  }
  return clean;
}

/** A working row shows the number of its sub-agents: kept equal to the session's own number here. A closed one has no server. */
function join(fields: SessionFields, state: State): Session {
  if (state.status === "closed") return { ...withoutServer(fields), ...state };
  if (state.status !== "working") return { ...fields, ...state };
  return { ...fields, status: "working", working: { ...state.working, subagents: fields.subagents } };
}

function event(before: Session | undefined, session: Session): NewEvent {
  if (before === undefined) return { type: "session.created", data: { session } };
  if (session.status === "closed" && before.status !== "closed") return { type: "session.closed", data: { session } };
  return { type: "session.updated", data: { session } };
}
