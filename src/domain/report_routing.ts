/**
 * Which rows a report is about. A sub-agent runs inside its session and usually has no row: its events prove that the
 * session lives and never change its status. Only a sub-agent that makes a request gets a row of its own (id: the
 * sub-agent's, `parentId`: the session's), so that the list shows who waits. Pure.
 */
import type { Facts, ProcessRef, Session } from "./session.ts";
import type { Report } from "./report.ts";
import { sourceOf } from "./row_processes.ts";

/** What {@link routeReport} looks up in the store. */
export interface SessionLookup {
  get(id: string): Session | undefined;
  /** Rows that are not closed and whose `parentId` is this id. */
  children(id: string): readonly Session[];
  /** What the process table has shown; absent: nothing. */
  readonly processes?: { mayLive(process: ProcessRef): boolean };
}

/**
 * The reports to decide, in this order; each makes one event. None where the report opens no row and there is none. The
 * session's own comes last: it carries the idempotency key, so that a repeat after a crash in between finds the
 * children closed and does the rest.
 */
export function routeReport(report: Report, rows: SessionLookup): readonly Report[] {
  if (opensNothing(report) && rows.get(report.sessionId) === undefined) return [];
  return report.subagent === undefined ? ofSession(report, rows) : ofSubagent(report, report.subagent, rows);
}

/**
 * An end alone proves no conversation, whoever sends it: agents send one for an id that they were to resume and do not
 * know, for a thread that never ran, for a process under an id that it never announced (recorded).
 */
function opensNothing({ opens, event }: Report): boolean {
  return opens === false || event.kind === "ended";
}

function ofSession(report: Report, rows: SessionLookup): readonly Report[] {
  const h = report.event;
  switch (h.kind) {
    case "reminded":
      // A reminder may not name its sub-agent: where a sub-agent's row waits already, it is about that one.
      return rows.get(report.sessionId)?.status !== "waiting" && childrenOf(report, rows).some(isWaiting)
        ? [{ ...report, event: { kind: "noted" } }]
        : [report];
    case "announced": // a new process: the sub-agents of the last one are gone, also after a kill -9
    case "ended":
      return [...childrenOfProcess(report, rows).map((row) => closing(row, report)), report];
    case "finished":
      // An interrupt ends sub-agents silently; the end of the next turn says that none runs. One whose hook waits for us
      // lives all the same, whatever the agent counts.
      return h.subagents === 0
        ? [...childrenOfProcess(report, rows).filter((row) => !isHeld(row)).map((row) => closing(row, report)), report]
        : [report];
    default:
      return [report];
  }
}

function ofSubagent(report: Report, sub: NonNullable<Report["subagent"]>, rows: SessionLookup): readonly Report[] {
  const sender = report.elsewhere === undefined ? {} : { elsewhere: report.elsewhere };
  const id = rowIdOf(report, sub.id, rows);
  const row = rows.get(id);
  const own = (event: Report["event"]): Report => ({
    agent: report.agent,
    sessionId: id,
    facts: { ...ownFacts(report.facts), parentId: report.sessionId, title: sub.type === "" ? "sub-agent" : sub.type },
    event,
    ...sender,
  });
  const parent = (event: Report["event"]): Report => ({
    agent: report.agent,
    sessionId: report.sessionId,
    facts: place(report.facts),
    event,
    ...sender,
  });
  const h = report.event;
  const open = row !== undefined && row.status !== "closed";
  switch (h.kind) {
    case "requested":
    case "reminded":
      return [own(h)];
    case "subagent":
      return h.change === -1 && open ? [own({ kind: "ended", reason: "finished" }), parent(h)] : [parent(h)];
    default:
      return [open ? own(h) : parent({ kind: "noted" })];
  }
}

/**
 * A report that arrives after a newer event of its row: it fills in missing facts and changes nothing else. `at` is
 * when it happened, ISO 8601.
 */
export function dropStaleEvent(report: Report, row: Session | undefined, at: string): Report {
  if (row === undefined || row.lastEventAt <= at) return report;
  const facts = Object.fromEntries(
    Object.entries(report.facts).filter(([name]) => row[name as keyof Facts] === undefined),
  );
  return { ...report, facts, event: { kind: "noted" } };
}

/** The sub-agent's own id, unless a row that is not this session's sub-agent has that name already. */
function rowIdOf({ agent, sessionId }: Report, subagentId: string, rows: SessionLookup): string {
  const row = rows.get(subagentId);
  const free = subagentId !== sessionId &&
    (row === undefined || (row.parentId === sessionId && row.agent === agent));
  return free ? subagentId : `${sessionId}/${subagentId}`;
}

function childrenOf(report: Report, rows: SessionLookup): readonly Session[] {
  return rows.children(report.sessionId).filter((row) => row.agent === report.agent);
}

/** Those that end with the process that `report` is from: not those of another process of the conversation, which lives. */
function childrenOfProcess(report: Report, rows: SessionLookup): readonly Session[] {
  const row = rows.get(report.sessionId);
  const source = sourceOf(row, report) ?? (report.event.kind === "announced" ? report.facts.parentPid : undefined);
  return childrenOf(report, rows).filter((child) =>
    source === undefined || child.pid === undefined || child.pid === source || !rows.processes?.mayLive(child)
  );
}

function isWaiting(row: Session): boolean {
  return row.status === "waiting";
}

function isHeld(row: Session): boolean {
  return row.status === "waiting" && row.waiting.approvalId !== undefined;
}

function closing({ agent, id: sessionId }: Session, { elsewhere }: Report): Report {
  const event = { kind: "ended", reason: "session_ended" } as const;
  return { agent, sessionId, facts: {}, event, ...(elsewhere === undefined ? {} : { elsewhere }) };
}

/** Process and terminal are shared; folder, mode, prompt and title of a sub-agent are not the session's. */
function place({ pid, parentPid, serverUrl, tty, terminal }: Facts): Facts {
  return {
    ...(pid === undefined ? {} : { pid }),
    ...(parentPid === undefined ? {} : { parentPid }),
    ...(serverUrl === undefined ? {} : { serverUrl }),
    ...(tty === undefined ? {} : { tty }),
    ...(terminal === undefined ? {} : { terminal }),
  };
}

/** The transcript that the payload names is the session's. */
function ownFacts({ transcriptPath: _, ...facts }: Facts): Facts {
  return facts;
}
