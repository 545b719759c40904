/**
 * One inbox for all agents: opens approvals, holds whoever waits for them, and has each settled exactly once.
 *
 * The order that makes it safe: a decision is committed (so the first one wins, in one synchronous step), then on the
 * disk, and only then told to the hook. Whatever goes wrong, the hook gets no decision and the agent asks by itself;
 * nothing here ever denies on its own account.
 */
import { type Actor, FEED } from "../protocol/actor.ts";
import type { ApprovalsDoor, ApprovalsPort, IncomingRequest } from "../core/approvals_port.ts";
import type { JournalPort } from "../core/journal_port.ts";
import type { ReportDeps } from "../core/apply_report.ts";
import type { CommitResult } from "../core/store.ts";
import type { Approval, ApprovalRequest, Decision } from "../domain/approval.ts";
import type { AgentEvent, QuestionText, Report } from "../domain/report.ts";
import { replaceState } from "../domain/approval_resolution.ts";
import type { Log } from "../platform/system.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ParamsOf, ResultOf } from "../protocol/methods.ts";
import type { Peer } from "../rpc/peer.ts";
import { type PendingRequest, type Requester, requesterOfOne, type WaitResult } from "./pending_requests.ts";
import type { Inbox } from "./inbox.ts";
import type { PolicyEngine, PolicyResult } from "./policy_engine.ts";
import * as make from "./making.ts";
import {
  alreadyDecided,
  idempotencyKeyReused,
  messageNotSupported,
  noSuchApproval,
  notRequester,
  unknownSession,
} from "./errors.ts";
import type { Presence } from "./presence.ts";
import { ApprovalResolver } from "./resolver.ts";
import { ruleContext, subjectSession } from "./caller.ts";
import { WorkspaceConfigs } from "./workspace_configs.ts";

export interface BrokerOptions {
  readonly core: Pick<ReportDeps, "store" | "now"> & { readonly journal: Pick<JournalPort, "durable"> };
  readonly inbox: Inbox;
  readonly presence: Presence;
  readonly judge: PolicyEngine;
  /** How long a hook is held, ms. */
  readonly waitMs: () => number;
  /** Runs `action` after so many ms, unless the returned function was called before. */
  readonly after: (ms: number, action: () => void) => () => void;
  /** A new id, short enough to type. */
  readonly newId: () => string;
  readonly log: Log;
}

type Reported = ResultOf<"session.report">;

export class Broker implements ApprovalsPort, ApprovalsDoor {
  #o: BrokerOptions;
  #settling: ApprovalResolver;
  #workspaces = new WorkspaceConfigs();
  #stopped = false;
  askedByFeed: ApprovalsDoor["askedByFeed"] = () => false;

  constructor(options: BrokerOptions) {
    this.#o = options;
    const { core, inbox, log, presence } = options;
    this.#settling = new ApprovalResolver({ core, inbox, log, approvals: this });
    // Agents that wait for their hooks are not kept waiting for a human who is not there.
    presence.onLastLeft = () => {
      for (const hold of this.#open()) if (hold.ask.dialog !== "beside") this.#settling.expire(hold);
    };
  }

  heard(report: Report, workspaceConfig: string | undefined): void {
    this.#workspaces.heard(report, workspaceConfig);
  }

  // -- asking ----------------------------------------------------------------------------------------------------------

  ask(asked: IncomingRequest, asker: Requester): Reported | Promise<Reported> {
    const { ask, report, idempotencyKey } = asked;
    const judged = this.#o.judge.judge(asked, ruleContext(asked, this.#o.core.store));
    const output = judged.verdict && asked.answer(judged.verdict);
    if (judged.verdict !== undefined && output !== undefined) {
      return this.#answeredByRule(asked, { ...judged, verdict: judged.verdict }, output, asker.actor);
    }
    if (ask.takesYes && this.#mayHold(asked, judged)) return this.#hold(asked, asker, this.#o.waitMs());
    return this.#settling.commit(report, { actor: asker.actor, idempotencyKey });
  }

  /** Beside a live dialog waiting costs nobody anything; else only while somebody is there who can answer. */
  #mayHold({ ask, report }: IncomingRequest, judged: PolicyResult): boolean {
    if (this.#stopped) return false;
    if (ask.dialog === "beside") return true;
    if (this.askedByFeed(report.agent, report.sessionId)) return false;
    return (ask.dialog === "behind" || judged.holdGate) && this.#o.presence.isSomeoneThere;
  }

  async #answeredByRule(
    asked: IncomingRequest,
    judged: PolicyResult & { readonly verdict: Decision },
    output: Readonly<Record<string, unknown>>,
    actor: Actor,
  ): Promise<Reported> {
    const { report, ask, idempotencyKey } = asked;
    const { core, judge, newId } = this.#o;
    const at = core.now();
    const pending = make.newApproval({ ...subjectSession(asked, core.store), ask, id: newId(), at, deadline: at });
    const approval = replaceState(pending, make.resolvedState(judged.verdict, { at, ...judged }));
    core.store.commit({ type: "approval.decided", data: { approval } }, actor);
    // The row never waits: nobody is asked.
    const { happening } = report;
    const goesOn = make.eventAfterAutoDecision(happening, judged.verdict);
    const committed = this.#settling.commit({ ...report, happening: goesOn }, { actor, idempotencyKey });
    judge.answered(report, judged.verdict);
    await core.journal.durable(committed.seq);
    return { ...committed, output };
  }

  #hold(asked: IncomingRequest, asker: Requester, waitMs: number): Reported {
    const { ask, report, cut, answer, idempotencyKey } = asked;
    const { core, after, newId } = this.#o;
    const id = newId();
    const at = core.now();
    const about = subjectSession(asked, core.store);
    const deadline = new Date(Date.parse(at) + waitMs).toISOString();
    const approval = make.newApproval({ ...about, ask, id, at, deadline });
    const question: QuestionText = { ...make.questionOf(report.happening, approval), approvalId: id };
    core.store.commit({ type: "approval.requested", data: { approval } }, asker.actor);
    const happening: AgentEvent = { kind: "asked", ...question };
    let committed: CommitResult | undefined;
    try {
      committed = this.#settling.commit({ ...report, happening }, { actor: asker.actor, idempotencyKey });
      return { ...committed, approval: { id, waitMs } };
    } finally {
      const row = core.store.get(about.rowId);
      const own = row?.status === "waiting" && row.waiting.approvalId === id ? row.waiting.tool : undefined;
      const tool = own ?? question.tool;
      const hold: PendingRequest = {
        ...about,
        id,
        sessionId: report.sessionId,
        ask,
        cut,
        question: { ...question, ...(tool === undefined ? {} : { tool }) },
        answer,
        asker,
        done: Promise.withResolvers<WaitResult>(),
        stopTimer: after(waitMs, () => this.#settling.expire(hold)),
        awaited: false,
        settled: false,
      };
      this.#settling.holds.add(hold);
      if (committed === undefined) this.#settling.cancel(hold, "its row could not be written");
      asker.hungUp.addEventListener("abort", () => this.#settling.hungUp(hold), { once: true });
      if (asker.hungUp.aborted) this.#settling.hungUp(hold);
    }
  }

  wait(id: string, asker: Requester): Promise<WaitResult> {
    const hold = this.#settling.holds.get(id);
    if (hold === undefined || hold.asker !== asker) throw notRequester(id);
    hold.awaited = true;
    return hold.done.promise;
  }

  /** On behalf of a script: asking and waiting as one call. */
  async request(params: ParamsOf<"approval.request">, peer: Peer): Promise<WaitResult> {
    const { sessionId, waitSecs } = params;
    const agent = this.#o.core.store.get(sessionId)?.agent ?? params.agent;
    if (agent === undefined) throw unknownSession(sessionId);
    if (this.#stopped) throw new ConsoleError("stopping", "Cannot ask: the daemon is stopping, must be running");
    const waitMs = waitSecs === undefined ? this.#o.waitMs() : waitSecs * 1000;
    const { asker, end } = requesterOfOne(peer);
    try {
      const { approval } = this.#hold(make.requestFromScript(params, agent), asker, waitMs);
      return await this.wait(approval?.id ?? "", asker);
    } finally {
      end();
    }
  }

  /**
   * On behalf of a feed, which takes the answer by its own means. `signal`: it was answered elsewhere, or nobody is there
   * any more to take an answer. Undefined: no answer from us.
   */
  async put(report: Report, ask: ApprovalRequest, signal: AbortSignal): Promise<Decision | undefined> {
    let given: Decision | undefined;
    let hold: PendingRequest | undefined;
    const end = new AbortController();
    const asker: Requester = { actor: FEED, signal: end.signal, hungUp: end.signal };
    const answer = (verdict: Decision) => (given = verdict, {});
    const onAbort = () => hold && this.#settling.elsewhere(hold);
    try {
      const asked = { report, ask, cut: false, answer, ...this.#workspaces.of(report.sessionId, ask.cwd) };
      const { output, approval } = await this.ask(asked, asker);
      if (output !== undefined || approval === undefined) return given;
      hold = this.#settling.holds.get(approval.id);
      signal.addEventListener("abort", onAbort, { once: true });
      if (signal.aborted) onAbort();
      const { outcome } = await this.wait(approval.id, asker);
      return outcome === "approved" || outcome === "denied" ? given : undefined;
    } finally {
      signal.removeEventListener("abort", onAbort);
      end.abort();
    }
  }

  // -- answering ---------------------------------------------------------------------------------------------------------

  async decide(params: ParamsOf<"approval.decide">, actor: Actor): Promise<ResultOf<"approval.decide">> {
    const { id, idempotencyKey, expiresInSecs } = params;
    const { core: { store, journal, now }, inbox } = this.#o;
    const earlier = store.repeated(idempotencyKey);
    const approval = inbox.get(id);
    if (earlier !== undefined) {
      // Of another call: this answer was never given.
      if (approval !== undefined && !isAbout(earlier, approval)) throw idempotencyKeyReused(`decide ${id}`);
      await journal.durable(earlier.seq);
      const ruleId = approval?.status === "approved" ? approval.approved.ruleId : undefined;
      return { ...earlier, id, ...(ruleId === undefined ? {} : { ruleId }) };
    }
    if (approval === undefined) throw noSuchApproval(id);
    const hold = this.#settling.holds.get(id);
    if (approval.status !== "pending" || hold === undefined || hold.settled) throw alreadyDecided(approval);
    const verdict = make.parseDecision(params, hold.ask);
    // What an agent remembers by itself has no end.
    const output = hold.answer(verdict.yes && expiresInSecs !== undefined ? { ...verdict, scope: "once" } : verdict);
    if (output === undefined) throw messageNotSupported(approval, verdict);
    const at = now();
    const rule = make.ruleFromDecision(hold, verdict, { id: this.#o.newId(), by: actor, createdAt: at, expiresInSecs });
    const state = make.resolvedState(verdict, { at, by: actor, ruleId: rule?.id });
    const committed = this.#settling.answer(hold, approval, { state, rule, actor, idempotencyKey });
    this.#o.judge.human();
    const message = verdict.yes || verdict.message === undefined ? {} : { message: verdict.message };
    try {
      await journal.durable(committed.seq);
      hold.done.resolve({ id, outcome: verdict.yes ? "approved" : "denied", ...message, output });
    } catch (error) {
      hold.done.resolve({ id, outcome: "cancelled" });
      throw error;
    }
    return { ...committed, id, ...(rule === undefined ? {} : { ruleId: rule.id }) };
  }

  // -- what happens meanwhile ----------------------------------------------------------------------------------------------

  told(report: Report): void {
    this.#o.judge.told(report);
  }

  observe(rowId: string, happening: AgentEvent): void {
    this.#settling.observe(rowId, happening);
    if (happening.kind === "ended") this.#workspaces.forget(rowId);
  }

  /** A hook outlives an agent that was killed, and would hold its question to the deadline. */
  over(sessionId: string, reason: string): void {
    this.#workspaces.forget(sessionId);
    for (const hold of this.#open()) {
      if (hold.rowId === sessionId || hold.sessionId === sessionId) this.#settling.cancel(hold, reason);
    }
  }

  /** At a stop: who waits gets no decision at once, and no approval stays open in the journal. */
  stop(): void {
    this.#stopped = true;
    for (const hold of this.#open()) this.#settling.cancel(hold, "the daemon stops");
  }

  closeOrphans(): void {
    this.#settling.closeOrphans();
  }

  #open(): readonly PendingRequest[] {
    return this.#settling.holds.open();
  }
}

function isAbout(committed: CommitResult, { sessionId, status }: Approval): boolean {
  return committed.sessionId === sessionId && committed.status === status;
}
