/**
 * Resolves open approvals, each exactly once: by a decision, by the agent's own events, by the deadline, or by the end
 * of the requester. Each is one event of the approval, and one of its row unless an event of the agent has changed the
 * row already.
 */
import { type Actor, DAEMON } from "../protocol/actor.ts";
import { commitReport, type ReportDeps, type ReportOptions } from "../core/apply_report.ts";
import type { Once } from "../core/idempotency.ts";
import type { CommitResult } from "../core/commit_result.ts";
import type { Approval, ApprovalState, Rule } from "../domain/approval.ts";
import type { AgentEvent, Report } from "../domain/report.ts";
import { mayBeSame, type ProcessName } from "../domain/row_processes.ts";
import {
  replaceState,
  resolveApproval,
  resolvedByEvent,
  type ResolvedElsewhere,
  scriptResolvedByEvent,
} from "../domain/approval_resolution.ts";
import type { StatusFields, TerminalOnly } from "../domain/session.ts";
import type { Log } from "../platform/system.ts";
import { type PendingRequest, PendingRequests, type WaitResult } from "./pending_requests.ts";
import { Corrections } from "./corrections.ts";
import { OpenCalls } from "./open_calls.ts";
import { GAVE_UP } from "./records.ts";
import type { Inbox } from "./inbox.ts";

export interface ApprovalResolverOptions {
  readonly core: Pick<ReportDeps, "store" | "now">;
  readonly inbox: Inbox;
  readonly log: Log;
  /** Notified of everything that is committed. */
  readonly approvals: ReportDeps["approvals"];
}

/** The event of the row when its request is resolved. */
type RowKind = "decided" | "dismissed" | "left_to_agent";
type Decided = Extract<AgentEvent, { kind: "decided" }>;

/** An end without a decision of ours. */
interface End {
  readonly pending: PendingRequest;
  readonly how: ResolvedElsewhere | "expired";
  /** Absent: an event of the agent has changed the row already. */
  readonly row: RowKind | undefined;
  /** Of a row that is left to its agent. */
  readonly terminalOnly?: TerminalOnly | undefined;
  readonly reason: string;
  /** ISO 8601 UTC. */
  readonly at: string;
}

export interface Resolution {
  readonly state: ApprovalState;
  readonly rule?: Rule | undefined;
  readonly actor: Actor;
  readonly once?: Once;
}

export class ApprovalResolver {
  readonly pending = new PendingRequests();
  readonly calls = new OpenCalls();
  #o: ApprovalResolverOptions;
  readonly corrections: Corrections;

  constructor(options: ApprovalResolverOptions) {
    this.#o = options;
    this.corrections = new Corrections(options);
  }

  // -- by a decision --------------------------------------------------------------------------------------------------

  /**
   * Commits the decision. The requester gets it later, after the sync.
   *
   * @throws {ConsoleError} `read_only`: it stays open
   */
  decide(
    pending: PendingRequest,
    approval: Approval,
    { state, rule, actor, once }: Resolution,
  ): CommitResult {
    const data = { approval: replaceState(approval, state), ...(rule === undefined ? {} : { rule }) };
    const committed = this.#o.core.store.commit({ type: "approval.decided", data }, actor, once);
    this.pending.resolve(pending);
    if (state.status === "denied") this.corrections.refused(pending);
    this.#goOn(pending, "decided", actor, state.status === "denied" ? { denied: true } : {});
    pending.rowTold = this.#o.core.store.get(pending.rowId)?.lastEventAt;
    return committed;
  }

  /**
   * The agent did not get the decision: its own dialog is open, or opens now. Where it has none, nothing is, and a row that waits for
   * something else by now keeps that. An acknowledgement that comes late corrects it once more.
   */
  undelivered(pending: PendingRequest): void {
    const { id, rowId, acknowledged } = pending;
    this.corrections.delivered(id, false);
    const dialog = this.#showOwnDialog(pending);
    void acknowledged.promise.then((written) => {
      if (!written) return;
      this.corrections.delivered(id, true);
      if (dialog !== undefined && this.#waiting(rowId) === dialog) this.#goOnLate(pending);
    });
  }

  /** @returns what the row waits for then; undefined where it is left alone */
  #showOwnDialog(pending: PendingRequest): StatusFields["waiting"] | undefined {
    const { rowId, request, rowTold, question: { approvalId: _, ...question } } = pending;
    const row = this.#o.core.store.get(rowId);
    if (!hasDialog(request) || request.scripted || row?.status !== "working") return undefined;
    if (row.lastEventAt !== rowTold) return undefined;
    this.#tellRow(pending, { kind: "requested", ...question, terminalOnly: "undelivered" }, DAEMON);
    return this.#waiting(rowId);
  }

  /** The same object as before: no event has changed the state of the row. */
  #waiting(rowId: string): StatusFields["waiting"] | undefined {
    const row = this.#o.core.store.get(rowId);
    return row?.status === "waiting" ? row.waiting : undefined;
  }

  #goOnLate(pending: PendingRequest): void {
    const denied = this.#o.inbox.get(pending.id)?.status === "denied";
    this.#goOn(pending, "decided", DAEMON, { late: true, ...(denied ? { denied } : {}) });
  }

  // -- by other events ------------------------------------------------------------------------------------------------

  /** `event` was committed for this row, sent by the process `source` of its conversation. */
  eventCommitted(rowId: string, event: AgentEvent, source?: ProcessName): void {
    this.corrections.eventCommitted(rowId, event);
    this.calls.eventCommitted(rowId, event, source);
    const open = this.pending.open(rowId);
    if (open.length === 0) return;
    for (const pending of open) {
      if (this.#isOfAnother(pending, source)) continue;
      const how = pending.request.scripted
        ? scriptResolvedByEvent(event)
        : resolvedByEvent(event, pending.question.tool);
      const reason = event.kind === "ended" ? "its session has ended" : "its session has begun anew";
      if (how !== undefined) this.#end(pending, how, undefined, reason);
    }
    this.#showNext(rowId);
  }

  /**
   * One process of a conversation says nothing about what another one asks, while that lives. Of one elsewhere nobody
   * knows whether it does: its hook hangs up when it ends.
   */
  #isOfAnother({ process }: PendingRequest, source: ProcessName | undefined): boolean {
    if (typeof process === "string" || typeof source === "string") return !mayBeSame(process, source);
    return process !== undefined && source !== undefined && process !== source &&
      this.#o.core.store.processes.mayLive({ pid: process });
  }

  /**
   * Calls run at the same time: one dialog was closed in the terminal, another is still open. A script's request stays
   * open whatever the agent does.
   */
  #showNext(rowId: string): void {
    const [next] = this.pending.open(rowId);
    const status = this.#o.core.store.get(rowId)?.status;
    if (next === undefined || (status !== "working" && !(next.question.scripted && status !== "waiting"))) return;
    this.#tellRow(next, { kind: "requested", ...next.question }, DAEMON);
  }

  expire(pending: PendingRequest, terminalOnly: TerminalOnly): void {
    this.#end(pending, "expired", endWithoutDecision(pending), "", terminalOnly);
  }

  /**
   * An agent kills its hook when the human refused in the terminal. A hook that never began to wait has given up on a
   * slow daemon (client/deliver_report.ts): the agent's dialog is still open.
   */
  hungUp(pending: PendingRequest): void {
    this.#o.core.store.processes.doubt(); // the agent may have been killed with its hook
    if (pending.awaited) this.#end(pending, "dismissed", "dismissed");
    else this.cancel(pending, GAVE_UP, "undelivered");
  }

  /** Decided by somebody else, or withdrawn: the agent's own events say what its row does next. */
  elsewhere(pending: PendingRequest): void {
    this.#end(pending, "elsewhere", endWithoutDecision(pending));
  }

  cancel(pending: PendingRequest, reason: string, terminalOnly?: TerminalOnly): void {
    this.#end(pending, "cancelled", endWithoutDecision(pending), reason, terminalOnly);
  }

  /**
   * At start: cancels approvals that a killed daemon left open. Their hooks lost the connection and got no decision.
   */
  closeOrphans(): void {
    const { core: { store, now }, inbox } = this.#o;
    for (const approval of inbox.pending()) {
      const why = approval.noDialog ? "its agent ended with the daemon" : "the daemon was restarted";
      const gone = resolveApproval(approval, "cancelled", now(), why);
      store.commit({ type: "approval.decided", data: { approval: gone } }, DAEMON);
      const { sessionId: rowId, agent, id: approvalId } = approval;
      const row = store.get(rowId);
      if (row?.status !== "waiting" || row.waiting.approvalId !== approvalId) continue; // its agent went on meanwhile
      // At the time of the agent's last event: what its hooks spooled since then is no older than this.
      const whose = { rowId, agent, process: undefined };
      // What the daemon ran has no terminal to answer in: what becomes of its turn is told by who takes that up.
      const event: AgentEvent = approval.noDialog
        ? { kind: "decided", approvalId }
        : { kind: "left_to_agent", approvalId, terminalOnly: "restarted" };
      this.#tellRow(whose, event, DAEMON, row.lastEventAt);
    }
  }

  /** A read-only journal keeps no hook waiting: the end is recorded before the next change that it accepts. */
  #end(
    pending: PendingRequest,
    how: ResolvedElsewhere | "expired",
    row: RowKind | undefined,
    reason = "",
    terminalOnly?: TerminalOnly,
  ): void {
    if (pending.isResolved) return;
    const end = { pending, how, row, reason, terminalOnly, at: this.#o.core.now() };
    this.pending.resolve(pending);
    if (how === "dismissed") this.corrections.refused(pending);
    pending.done.resolve({ id: pending.id, outcome: how satisfies WaitResult["outcome"] });
    this.#o.core.store.owed.add(() => this.#record(end));
  }

  /** @throws {ConsoleError} `read_only` */
  #record({ pending, how, row, reason, at, terminalOnly }: End): void {
    const approval = this.#o.inbox.get(pending.id);
    const type = how === "expired" ? "approval.expired" : "approval.decided";
    if (approval?.status === "pending") {
      this.#o.core.store.commit({ type, data: { approval: resolveApproval(approval, how, at, reason) } }, DAEMON);
    }
    if (row === "left_to_agent") {
      const why = terminalOnly === undefined ? {} : { terminalOnly };
      this.#tellRow(pending, { kind: row, approvalId: pending.id, ...why }, DAEMON);
    } else if (row !== undefined) this.#goOn(pending, row, DAEMON);
  }

  #goOn(
    pending: PendingRequest,
    row: Exclude<RowKind, "left_to_agent">,
    actor: Actor,
    how: Pick<Decided, "denied" | "late"> = {},
  ): void {
    const next = this.pending.open(pending.rowId).find((one) => one.process === pending.process)?.question;
    this.#tellRow(pending, { kind: row, approvalId: pending.id, ...(next && { next }), ...how }, actor);
  }

  /** The row's own event; a failure leaves the approval resolved. */
  #tellRow(
    { rowId, agent, process }: Pick<PendingRequest, "rowId" | "agent" | "process">,
    event: AgentEvent,
    actor: Actor,
    at?: string,
  ): void {
    if (this.#o.core.store.get(rowId) === undefined) return;
    try {
      const facts = typeof process === "number" ? { pid: process } : {};
      this.commit({ agent, sessionId: rowId, facts, event }, { actor, at });
    } catch (error) {
      this.#o.log.error("a row was not updated", { sessionId: rowId, error: String(error) });
    }
  }

  /** @throws {ConsoleError} `read_only` */
  commit(report: Report, options: ReportOptions): CommitResult {
    return commitReport({ ...this.#o.core, approvals: this.#o.approvals }, report, options);
  }
}

/** Without a dialog nobody asks on: the call of a gate runs, that of an agent that the daemon runs is cancelled. */
function endWithoutDecision({ request }: PendingRequest): RowKind {
  return hasDialog(request) ? "left_to_agent" : "decided";
}

function hasDialog({ dialog }: PendingRequest["request"]): boolean {
  return dialog === "beside" || dialog === "behind";
}
