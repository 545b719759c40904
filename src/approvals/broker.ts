/**
 * Receives the requests of all agents, keeps their requesters waiting, and has each approval resolved exactly once.
 *
 * The order that makes it safe: a decision is committed (one synchronous step, so the first decision wins), then synced
 * to the disk, and only then given to the hook. On any failure the hook gets no decision and the agent shows its own
 * dialog; nothing here denies by itself.
 */
import { type Actor, FEED } from "../protocol/actor.ts";
import type { ApprovalsDoor, ApprovalsPort, IncomingRequest } from "../core/approvals_port.ts";
import type { Once } from "../core/idempotency.ts";
import type { JournalPort } from "../core/journal_port.ts";
import type { ReportDeps } from "../core/apply_report.ts";
import type { CommitResult } from "../core/store.ts";
import type { ApprovalRequest, Decision } from "../domain/approval.ts";
import { parseDecider } from "../domain/decider.ts";
import type { AgentEvent, QuestionText, Report } from "../domain/report.ts";
import { replaceState } from "../domain/approval_resolution.ts";
import type { Log } from "../platform/system.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ParamsOf, ResultOf } from "../protocol/method_schemas.ts";
import type { Peer } from "../rpc/peer.ts";
import {
  type PendingRequest,
  type Requester,
  requesterOfOne,
  requestersOf,
  type WaitResult,
} from "./pending_requests.ts";
import type { Inbox } from "./inbox.ts";
import { joinTwin, onAllHungUp } from "./join_request.ts";
import { type ClassifiedIncoming, classifyIncoming, type PolicyEngine, type PolicyResult } from "./policy_engine.ts";
import { parseDecision } from "./parse_decision.ts";
import { eventAfterAutoDecision, newApproval, questionOf, resolvedState, toolOfRow } from "./records.ts";
import { ruleFromDecision } from "./rule_from_decision.ts";
import { requestFromScript } from "./script_request.ts";
import { alreadyDecided, messageNotSupported, noSuchApproval, notRequester } from "./errors.ts";
import type { Presence } from "./presence.ts";
import { ApprovalResolver } from "./resolver.ts";
import { payloadOf, ruleContext, subjectSession } from "./caller.ts";
import { WorkspaceConfigs } from "./workspace_configs.ts";

export interface BrokerOptions {
  readonly core: Pick<ReportDeps, "store" | "now"> & { readonly journal: Pick<JournalPort, "durable"> };
  readonly inbox: Inbox;
  readonly presence: Presence;
  readonly policy: PolicyEngine;
  /** How long a hook waits for a decision, ms. */
  readonly waitMs: () => number;
  /** Runs `action` after `ms`, unless the returned function is called first. */
  readonly after: (ms: number, action: () => void) => () => void;
  /** A new id, short enough to type. */
  readonly newId: () => string;
  readonly log: Log;
  /** Whether the inbox may be wrong: then each agent asks by itself. */
  readonly isIncomplete: () => boolean;
}

type Reported = ResultOf<"session.report">;

export class Broker implements ApprovalsPort, ApprovalsDoor {
  #o: BrokerOptions;
  #resolver: ApprovalResolver;
  #workspaces = new WorkspaceConfigs();
  #stopped = false;
  requestedByFeed: ApprovalsDoor["requestedByFeed"] = () => false;

  constructor(options: BrokerOptions) {
    this.#o = options;
    const { core, inbox, log, presence } = options;
    this.#resolver = new ApprovalResolver({ core, inbox, log, approvals: this });
    // Hooks that block their agent do not wait for a human who has left.
    presence.onLastLeft = () => {
      for (const pending of this.#all()) if (pending.request.dialog !== "beside") this.#resolver.expire(pending);
    };
  }

  noteWorkspace(report: Report, workspaceConfig: string | undefined): void {
    this.#workspaces.noteWorkspace(report, workspaceConfig);
  }

  // -- requests -------------------------------------------------------------------------------------------------------

  receive(given: IncomingRequest, requester: Requester): Reported | Promise<Reported> {
    const incoming = classifyIncoming(given);
    const { request, report, idempotencyKey } = incoming;
    const leave = () => this.#resolver.commit(report, { actor: requester.actor, idempotencyKey });
    if (this.#o.isIncomplete()) return leave();
    const joined = joinTwin(this.#o, this.#resolver, incoming, requester);
    if (joined !== undefined) return joined;
    const result = this.#o.policy.evaluate(incoming, ruleContext(incoming, this.#o.core.store));
    if (result.kind === "decided") {
      const output = incoming.responseFor(result.decision);
      if (output !== undefined) return this.#decideByPolicy(incoming, result, output, requester.actor);
    }
    if (request.acceptsApproval && this.#mayWait(incoming, result)) {
      return this.#open(incoming, requester, this.#o.waitMs());
    }
    return leave();
  }

  /** Beside the agent's own dialog waiting blocks nobody; otherwise wait only while a person can decide. */
  #mayWait({ request, report }: IncomingRequest, result: PolicyResult): boolean {
    if (this.#stopped) return false;
    if (request.dialog === "beside") return true;
    if (this.requestedByFeed(report.agent, report.sessionId)) return false;
    const waits = request.dialog === "behind" || (result.kind === "undecided" && result.needsHuman);
    return waits && this.#o.presence.isSomeoneThere;
  }

  async #decideByPolicy(
    incoming: ClassifiedIncoming,
    result: Extract<PolicyResult, { kind: "decided" }>,
    output: Readonly<Record<string, unknown>>,
    actor: Actor,
  ): Promise<Reported> {
    const { report, request, idempotencyKey } = incoming;
    const { core, policy, newId } = this.#o;
    const at = core.now();
    const fresh = newApproval({ ...subjectSession(incoming, core.store), request, id: newId(), at, deadline: at });
    const approval = replaceState(fresh, resolvedState(result.decision, { at, ...result }));
    core.store.commit({ type: "approval.decided", data: { approval } }, actor);
    // The row never waits: no human is involved.
    const { event } = report;
    const goesOn = eventAfterAutoDecision(event, result.decision);
    const committed = this.#resolver.commit({ ...report, event: goesOn }, { actor, idempotencyKey });
    policy.autoDecided(report, result.decision);
    await core.journal.durable(committed.seq);
    return { ...committed, output };
  }

  #open(incoming: ClassifiedIncoming, requester: Requester, waitMs: number): Reported {
    const { request, report, cut, responseFor, idempotencyKey } = incoming;
    const { core, after, newId } = this.#o;
    const id = newId();
    const at = core.now();
    const about = subjectSession(incoming, core.store);
    const deadline = new Date(Date.parse(at) + waitMs).toISOString();
    const approval = newApproval({ ...about, request, id, at, deadline });
    const question: QuestionText = { ...questionOf(report.event, approval), approvalId: id };
    core.store.commit({ type: "approval.requested", data: { approval } }, requester.actor);
    const event: AgentEvent = { kind: "requested", ...question };
    let committed: CommitResult | undefined;
    try {
      committed = this.#resolver.commit({ ...report, event }, { actor: requester.actor, idempotencyKey });
      return { ...committed, approval: { id, waitMs } };
    } finally {
      const tool = toolOfRow(core.store.get(about.rowId), id) ?? question.tool;
      const pending: PendingRequest = {
        ...about,
        id,
        sessionId: report.sessionId,
        request,
        cut,
        question: { ...question, ...(tool === undefined ? {} : { tool }) },
        responseFor,
        requester,
        joined: [],
        payload: payloadOf(incoming),
        at,
        done: Promise.withResolvers<WaitResult>(),
        stopTimer: after(waitMs, () => this.#resolver.expire(pending)),
        awaited: false,
        isResolved: false,
      };
      this.#resolver.pending.add(pending);
      if (committed === undefined) this.#resolver.cancel(pending, "its row could not be written");
      onAllHungUp(pending, requester, () => this.#resolver.hungUp(pending));
    }
  }

  wait(id: string, requester: Requester): Promise<WaitResult> {
    const pending = this.#resolver.pending.get(id);
    if (pending === undefined || !requestersOf(pending).includes(requester)) throw notRequester(id);
    pending.awaited = true;
    return pending.done.promise;
  }

  /** For a script: requests and waits in one call. @throws {ConsoleError} `not_found`, `stopping` */
  async request(params: ParamsOf<"approval.request">, peer: Peer): Promise<WaitResult> {
    const { sessionId, waitSecs } = params;
    const incoming = requestFromScript(params, this.#o.core.store.get(sessionId));
    if (this.#stopped) throw new ConsoleError("stopping", "the daemon is stopping and asks nobody any more");
    const waitMs = waitSecs === undefined ? this.#o.waitMs() : waitSecs * 1000;
    const { requester, end } = requesterOfOne(peer);
    try {
      const { approval } = this.#open(classifyIncoming(incoming), requester, waitMs);
      return await this.wait(approval?.id ?? "", requester);
    } finally {
      end();
    }
  }

  /**
   * For a feed, which delivers the decision itself. `signal` fires when the request was decided elsewhere, or when
   * nobody is left who takes a decision. Undefined: no decision of ours.
   */
  async requestDecision(report: Report, request: ApprovalRequest, signal: AbortSignal): Promise<Decision | undefined> {
    let given: Decision | undefined;
    let pending: PendingRequest | undefined;
    const end = new AbortController();
    const requester: Requester = { actor: FEED, signal: end.signal, hungUp: end.signal };
    const responseFor = (decision: Decision) => (given = decision, {});
    const onAbort = () => pending && this.#resolver.elsewhere(pending);
    try {
      const incoming = {
        report,
        request,
        cut: false,
        responseFor,
        ...this.#workspaces.of(report.sessionId, request.cwd),
      };
      const { output, approval } = await this.receive(incoming, requester);
      if (output !== undefined || approval === undefined) return given;
      pending = this.#resolver.pending.get(approval.id);
      signal.addEventListener("abort", onAbort, { once: true });
      if (signal.aborted) onAbort();
      const { outcome } = await this.wait(approval.id, requester);
      return outcome === "approved" || outcome === "denied" ? given : undefined;
    } finally {
      signal.removeEventListener("abort", onAbort);
      end.abort();
    }
  }

  // -- decisions ------------------------------------------------------------------------------------------------------

  async decide(params: ParamsOf<"approval.decide">, actor: Actor): Promise<ResultOf<"approval.decide">> {
    const { id, idempotencyKey, expiresInSecs } = params;
    const { core: { store, journal, now }, inbox } = this.#o;
    const once: Once = { key: idempotencyKey, change: `approval.decide ${id}` };
    const earlier = store.repeated(once);
    const approval = inbox.get(id);
    if (earlier !== undefined) {
      await journal.durable(earlier.seq);
      const ruleId = approval?.status === "approved" ? approval.approved.ruleId : undefined;
      return { ...earlier, id, ...(ruleId === undefined ? {} : { ruleId }) };
    }
    if (approval === undefined) throw noSuchApproval(id);
    const pending = this.#resolver.pending.get(id);
    if (approval.status !== "pending" || pending === undefined || pending.isResolved) throw alreadyDecided(approval);
    const decision = parseDecision(params, pending.request);
    // An agent's own rules never expire: so one that expires is ours alone.
    const output = pending.responseFor(
      decision.kind === "approve" && expiresInSecs !== undefined ? { ...decision, scope: "once" } : decision,
    );
    if (output === undefined) throw messageNotSupported(approval, decision);
    const at = now();
    const rule = ruleFromDecision(pending, decision, {
      id: this.#o.newId(),
      by: actor,
      createdAt: at,
      expiresInSecs,
    });
    const state = resolvedState(decision, { at, by: parseDecider(actor), ruleId: rule?.id });
    const committed = this.#resolver.decide(pending, approval, { state, rule, actor, once });
    this.#o.policy.decidedByHuman();
    const message = decision.kind === "approve" || decision.message === undefined ? {} : { message: decision.message };
    try {
      await journal.durable(committed.seq);
      pending.done.resolve({ id, outcome: decision.kind === "approve" ? "approved" : "denied", ...message, output });
    } catch (error) {
      pending.done.resolve({ id, outcome: "cancelled" });
      throw error;
    }
    return { ...committed, id, ...(rule === undefined ? {} : { ruleId: rule.id }) };
  }

  // -- other events ---------------------------------------------------------------------------------------------------

  reportCommitted(report: Report): void {
    this.#o.policy.reportCommitted(report);
  }

  eventCommitted(rowId: string, event: AgentEvent, source?: number): void {
    this.#resolver.eventCommitted(rowId, event, source);
    if (event.kind === "ended") this.#workspaces.forget(rowId);
  }

  /** A hook outlives an agent that was killed, and would wait until the deadline. */
  endRequests(sessionId: string, reason: string): void {
    this.#workspaces.forget(sessionId);
    for (const pending of this.#all()) {
      if (pending.rowId === sessionId || pending.sessionId === sessionId) this.#resolver.cancel(pending, reason);
    }
  }

  /** On stop: requesters get no decision at once, and no approval stays open in the journal. */
  stop(): void {
    this.#stopped = true;
    for (const pending of this.#all()) this.#resolver.cancel(pending, "the daemon stops");
  }

  closeOrphans(): void {
    this.#resolver.closeOrphans();
  }

  #all(): readonly PendingRequest[] {
    return this.#resolver.pending.open();
  }
}
