/** From a report to its events: the only way in which an agent's event reaches the store. */
import { decideReport } from "../domain/decide.ts";
import { withoutKnownFacts } from "../domain/dedupe.ts";
import type { Report } from "../domain/report.ts";
import { type MayLive, processesOf, sourceOf, withSourceInFront } from "../domain/row_processes.ts";
import { dropStaleEvent, routeReport } from "../domain/report_routing.ts";
import { type Actor, DAEMON } from "../protocol/actor.ts";
import type { ApprovalsPort } from "./approvals_port.ts";
import type { Once } from "./idempotency.ts";
import type { CommitResult, Store } from "./store.ts";

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
  const told = late(ofLiving(report, store));
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
    const source = sourceOf(session, one);
    const change = decideReport(session, one, at === undefined ? now() : latest(at, session?.lastEventAt), mayLive);
    last = store.commit(change, actor, i === reports.length - 1 ? reportOnce(idempotencyKey) : undefined);
    approvals.eventCommitted(one.sessionId, one.event, source);
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

/** A report names its session in the agent's own words: its key alone says that it is the same one. */
export function reportOnce(key: string | undefined): Once {
  return { key, change: "session.report" };
}

function latest(a: string, b: string | undefined): string {
  return b !== undefined && b > a ? b : a;
}
