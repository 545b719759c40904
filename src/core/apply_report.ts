/** From a report to its events: the only way in which an agent's event reaches the store. */
import { decideReport } from "../domain/decide.ts";
import { withoutKnownFacts } from "../domain/dedupe.ts";
import type { Report } from "../domain/report.ts";
import { type MayLive, processesOf, senderOf, withSourceInFront } from "../domain/row_processes.ts";
import { dropStaleEvent, routeReport } from "../domain/report_routing.ts";
import { type Actor, DAEMON } from "../protocol/actor.ts";
import type { ApprovalsPort } from "./approvals_port.ts";
import { type Once, REPORT } from "./idempotency.ts";
import type { CommitResult } from "./commit_result.ts";
import type { Store } from "./store.ts";

export interface ReportOptions {
  readonly actor: Actor;
  readonly idempotencyKey?: string | undefined;
  /** When it happened where that was earlier than now, ISO 8601. */
  readonly at?: string | undefined;
}

export interface ReportDeps {
  readonly store: Store;
  readonly approvals: Pick<ApprovalsPort, "reportCommitted" | "eventCommitted">;
  readonly now: () => string;
}

/**
 * Commits the part of `report`, which names the session's row, for each row, and resolves the approvals that it shows to be over.
 *
 * @returns the result of the last part, which is the session's own
 * @throws {ConsoleError} `read_only`
 */
export function commitReport(
  { store, approvals, now }: ReportDeps,
  report: Report,
  { actor, idempotencyKey, at }: ReportOptions,
): CommitResult {
  const late = (one: Report) => at === undefined ? one : dropStaleEvent(one, store.get(one.sessionId), at);
  const { processes } = store;
  const isBeside = isBesideLiving(report, store);
  const told = late(isBeside ? besideLiving(report) : ofLiving(report, store));
  const mayLive: MayLive = (process) => processes.mayLive(process);
  const reports = routeReport(told, store).map(late);
  let last: CommitResult = { seq: store.seq, sessionId: null, status: null };
  for (const [i, routed] of reports.entries()) {
    const session = store.get(routed.sessionId);
    const one = withoutKnownFacts(session && withSourceInFront(session, routed, mayLive), routed);
    if (one === undefined) {
      store.setProved(routed.sessionId, actor);
      last = { seq: store.seq, sessionId: routed.sessionId, status: session?.status ?? null };
      continue;
    }
    if (actor !== DAEMON) store.proved(one.sessionId);
    // A late hook of a dead process does not revive its row; a process that announces itself is a new one.
    if (one.event.kind === "announced") store.renewed(one.sessionId);
    const source = senderOf(session, one);
    const change = decideReport(session, one, at === undefined ? now() : latest(at, session?.lastEventAt), mayLive);
    last = store.commit(change, actor, i === reports.length - 1 ? reportOnce(idempotencyKey) : undefined);
    // What a process elsewhere does changes no row that lives here, and ends its own questions all the same.
    approvals.eventCommitted(
      one.sessionId,
      isBeside && one.sessionId === told.sessionId ? report.event : one.event,
      source,
    );
  }
  if (actor !== DAEMON && at === undefined) {
    const row = store.get(told.sessionId);
    processes.heard(row === undefined ? [] : processesOf(row), Date.parse(now()));
  }
  approvals.reportCommitted(told);
  return last;
}

/**
 * A late hook of a process that is gone, while the conversation goes on in another: it says nothing of that one. The row
 * of a single process keeps its pid, and with it its mark.
 */
function ofLiving(report: Report, store: Store): Report {
  const { facts: { pid, ...facts }, event, sessionId } = report;
  const isLate = pid !== undefined && event.kind !== "announced" && event.kind !== "ended" &&
    store.processes.isGone(pid) &&
    store.get(sessionId)?.pid !== pid;
  return isLate ? { ...report, facts, event: { kind: "noted" } } : report;
}

/** `report` is from a process of another pid namespace, while the row of its conversation has one that lives here. */
export function isBesideLiving({ elsewhere, sessionId }: Report, store: Pick<Store, "get" | "processes">): boolean {
  const row = elsewhere === undefined ? undefined : store.get(sessionId);
  return row !== undefined && row.status !== "closed" &&
    processesOf(row).some((process) => store.processes.mayLive(process));
}

/**
 * What is left of such a report: the row goes on with the process here, begins and ends with it. A question for our
 * clients is shown, because it waits for a person; what a sub-agent does is for its own row.
 */
function besideLiving(report: Report): Report {
  const { event, subagent } = report;
  if (subagent !== undefined) {
    const { terminal: _, tty: _1, ...facts } = report.facts;
    return { ...report, facts };
  }
  const isOurs = event.kind === "requested" && event.approvalId !== undefined;
  return { ...report, facts: {}, event: isOurs ? event : { kind: "noted" } };
}

/** A report names its session in the agent's own words: its key alone says that it is the same one. */
export function reportOnce(key: string | undefined): Once {
  return { key, change: REPORT };
}

function latest(a: string, b: string | undefined): string {
  return b !== undefined && b > a ? b : a;
}
