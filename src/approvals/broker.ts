/**
 * Receives the requests of all agents, keeps their requesters waiting, and has each approval resolved exactly once.
 *
 * The order that makes it safe: a decision is committed (one synchronous step, so the first decision wins), then synced
 * to the disk, and only then given to the hook. On any failure the hook gets no decision and the agent shows its own
 * dialog; nothing here denies by itself.
 */
import { type Actor, actorKind } from "../protocol/actor.ts";
import type { ApprovalsDoor, ApprovalsPort, IncomingRequest } from "../core/approvals_port.ts";
import type { JournalPort } from "../core/journal_port.ts";
import type { ReportDeps } from "../core/apply_report.ts";
import type { Interceptors } from "../core/interceptors.ts";
import type { Approval, ApprovalRequest, Decision } from "../domain/approval.ts";
import type { AgentEvent, Report } from "../domain/report.ts";
import type { ProcessName } from "../domain/row_processes.ts";
import type { Log } from "../platform/system.ts";
import type { ParamsOf, ResultOf } from "../protocol/method_schemas.ts";
import type { Peer } from "../rpc/peer.ts";
import { type PendingRequest, type Requester, requestersOf, type WaitResult } from "./pending_requests.ts";
import type { Inbox } from "./inbox.ts";
import { joinTwin } from "./join_request.ts";
import { type HeldBefore, type OpenDeps, openRequest } from "./open_request.ts";
import {
  type ClassifiedIncoming,
  classifyIncoming,
  type PolicyEngine,
  type PolicyResult,
  withUnsureFiles,
} from "./policy_engine.ts";
import { type DecideDeps, decideRequest } from "./decide_request.ts";
import { decideByPolicy } from "./decide_by_policy.ts";
import { leftEvent } from "./left_event.ts";
import { acknowledged } from "./deliveries.ts";
import { Interception } from "./interception.ts";
import { requestForFeed } from "./feed_request.ts";
import { awaitScriptRequest } from "./await_script_request.ts";
import { questionInTerminal } from "./terminal_questions.ts";
import { wholeText } from "./whole_text.ts";
import { alreadyDecided, noSuchApproval, notRequester, notShown } from "./errors.ts";
import type { Presence } from "./presence.ts";
import { ApprovalResolver } from "./resolver.ts";
import { ruleContext, whereOf } from "./caller.ts";
import { WorkspaceConfigs } from "./workspace_configs.ts";

export interface BrokerOptions extends OpenDeps {
  readonly core: Pick<ReportDeps, "store" | "now"> & { readonly journal: Pick<JournalPort, "durable"> };
  /** Milliseconds that never go back, for what is waited for. */
  readonly steady: () => number;
  readonly inbox: Inbox;
  readonly presence: Presence;
  readonly policy: PolicyEngine;
  /** How long a request waits for a decision, ms. */
  readonly waitMs: (request: Pick<ApprovalRequest, "holdSecs">) => number;
  readonly interceptors: Interceptors;
  readonly log: Log;
  /** The absolute places of this program: its home, its socket, its sources. */
  readonly own: readonly string[];
  /** For what a call does when it goes on behind a wait: what it adds then counts as its client's, as before. */
  readonly continuation: () => <T>(call: () => T) => T;
  /** Whether the inbox may be wrong: then each agent asks by itself. */
  readonly isIncomplete: () => boolean;
}

type Reported = ResultOf<"session.report">;
type Decided = ResultOf<"approval.decide">;

/** A decision that may not hold is none: the call is asked. */
const UNSURE: PolicyResult = { kind: "undecided", needsHuman: true };

export class Broker implements ApprovalsPort, ApprovalsDoor {
  #o: BrokerOptions;
  #resolver: ApprovalResolver;
  #interception: Interception;
  #deciding: DecideDeps;
  #workspaces = new WorkspaceConfigs();
  #stopping = new AbortController();
  requestedByFeed: ApprovalsDoor["requestedByFeed"] = () => false;

  constructor(options: BrokerOptions) {
    const { core, inbox, log, presence } = options;
    const stopping = this.#stopping.signal;
    // What a hook waits by must not become the id of another request.
    const newId = () => {
      for (;;) {
        const id = options.newId();
        if (!this.#interception.held.has(id)) return id;
      }
    };
    this.#o = { ...options, newId };
    this.#resolver = new ApprovalResolver({ core, inbox, log, approvals: this });
    this.#deciding = { options: this.#o, resolver: this.#resolver, stopping };
    this.#interception = new Interception({
      ...this.#deciding,
      options: this.#o,
      leave: (incoming, requester) => this.#leave(incoming, requester),
      ask: (incoming, requester, before, waitMs) => this.#ask(incoming, requester, UNSURE, before, waitMs),
    });
    // Hooks that block their agent do not wait for a human who has left.
    presence.onLastLeft = () => {
      for (const pending of this.#all()) {
        if (blocks(pending.request)) this.#resolver.expire(pending, "window_closed");
      }
    };
  }

  noteWorkspace(report: Report, workspaceConfig: string | undefined): void {
    this.#workspaces.noteWorkspace(report, workspaceConfig);
  }

  // -- requests -------------------------------------------------------------------------------------------------------

  receive(given: IncomingRequest, requester: Requester): Reported | Promise<Reported> {
    const { core: { store }, policy, isIncomplete, own } = this.#o;
    const incoming = classifyIncoming(given, whereOf(given, store, own));
    if (isIncomplete()) return this.#leave(incoming, requester);
    const caller = ruleContext(incoming, store);
    const result = policy.evaluate(incoming, caller);
    if (result.kind === "decided") {
      const output = incoming.responseFor(result.decision);
      if (output !== undefined) {
        if (this.#interception.isOn && result.decision.kind === "approve") {
          return this.#interception.holdAllowed(incoming, requester) ?? this.#ask(incoming, requester, UNSURE);
        }
        const goOn = (holds: boolean) => {
          // A rule may have been revoked during the look.
          const now = holds ? policy.evaluate(incoming, caller) : UNSURE;
          return !isIncomplete() && now.kind === "decided" && now.decision.kind === result.decision.kind
            ? decideByPolicy(this.#o, this.#resolver, incoming, now, output, requester.actor)
            : this.#ask(holds ? incoming : withUnsureFiles(incoming), requester, UNSURE);
        };
        const holds = policy.holds(incoming, result.files, caller);
        if (typeof holds === "boolean") return goOn(holds);
        const asRequester = this.#o.continuation();
        return holds.then((found) => asRequester(() => goOn(found)));
      }
    }
    return this.#ask(incoming, requester, result);
  }

  /** @param before it was held, and its requester waits by that id */
  #ask(
    incoming: ClassifiedIncoming,
    requester: Requester,
    result: PolicyResult,
    before?: HeldBefore,
    waitMs = this.#o.waitMs(incoming.request),
  ): Reported {
    const joined = joinTwin(this.#o, this.#resolver, incoming, requester);
    if (joined !== undefined) return joined;
    if (incoming.request.acceptsApproval && this.#mayWait(incoming, result)) {
      return openRequest(this.#o, this.#resolver, incoming, requester, waitMs, before);
    }
    const { agent, sessionId } = incoming.report;
    const held = before === undefined && this.#interception.isOn && !this.requestedByFeed(agent, sessionId)
      ? this.#interception.holdLeft(incoming, requester, result)
      : undefined;
    return held ?? this.#leave(incoming, requester);
  }

  #leave(incoming: ClassifiedIncoming, { actor }: Requester): Reported {
    const { report, idempotencyKey } = incoming;
    const event = leftEvent(incoming, {
      isStopping: this.#stopping.signal.aborted,
      isUnknown: this.#o.isIncomplete() || this.requestedByFeed(report.agent, report.sessionId),
      isSomeoneThere: this.#o.presence.isSomeoneThere,
    });
    return this.#resolver.commit({ ...report, event }, { actor, idempotencyKey });
  }

  /** Beside the agent's own dialog waiting blocks nobody; otherwise wait only while a person can decide. */
  #mayWait({ request, report }: IncomingRequest, result: PolicyResult): boolean {
    if (this.#stopping.signal.aborted) return false;
    if (!blocks(request)) return true;
    if (this.requestedByFeed(report.agent, report.sessionId)) return false;
    const waits = request.dialog === "behind" || (result.kind === "undecided" && result.needsHuman);
    return waits && this.#o.presence.isSomeoneThere;
  }

  wait(id: string, requester: Requester): Promise<WaitResult> {
    const held = this.#interception.held.wait(id, requester);
    if (held !== undefined) return held;
    const pending = this.#resolver.pending.get(id);
    if (pending === undefined || !requestersOf(pending).includes(requester)) throw notRequester(id);
    pending.awaited = true;
    return pending.done.promise;
  }

  /** All of what is asked, for one who may decide it: from then on that kind can approve it. @throws {ConsoleError} */
  text(id: string, reader: Actor): ResultOf<"approval.text"> {
    const { core: { store }, inbox } = this.#o;
    const approval = inbox.get(id);
    if (approval === undefined) throw noSuchApproval(id);
    const pending = this.#resolver.pending.get(id);
    if (pending === undefined || pending.isResolved) {
      throw alreadyDecided(approval, questionInTerminal(store, inbox, approval.sessionId));
    }
    if (pending.request.cut) throw notShown(approval, true);
    pending.openedBy.add(actorKind(reader));
    return wholeText(pending);
  }

  /** The decision was given to the agent; false: nobody read it. */
  acknowledge(id: string, requester: Requester, written: boolean): void {
    const pending = this.#interception.pendingOf(id);
    if (pending === undefined && this.#interception.held.wait(id, requester) !== undefined) return; // nobody was asked
    if (pending === undefined || !requestersOf(pending).includes(requester)) throw notRequester(id);
    acknowledged(pending, requester, written);
  }

  /** For a script: requests and waits in one call. @throws {ConsoleError} `not_found`, `stopping` */
  request(params: ParamsOf<"approval.request">, peer: Peer): Promise<WaitResult> {
    return awaitScriptRequest(
      {
        options: this.#o,
        resolver: this.#resolver,
        wait: (id, requester) => this.wait(id, requester),
        stopping: this.#stopping.signal,
      },
      params,
      peer,
    );
  }

  /**
   * For a feed, which delivers the decision itself. `signal` fires when the request was decided elsewhere, or when
   * nobody is left who takes a decision. Undefined: no decision of ours.
   */
  requestDecision(report: Report, request: ApprovalRequest, signal: AbortSignal): Promise<Decision | undefined> {
    return requestForFeed(
      {
        receive: (incoming, requester) => this.receive(incoming, requester),
        wait: (id, requester) => this.wait(id, requester),
        elsewhere: (id) => this.#interception.elsewhere(id),
      },
      { report, request, ...this.#workspaces.of(report.sessionId, request.cwd) },
      signal,
    );
  }

  // -- decisions ------------------------------------------------------------------------------------------------------

  approvalOf(id: string): Approval | undefined {
    return this.#o.inbox.get(id);
  }

  decide(params: ParamsOf<"approval.decide">, actor: Actor, by: "agent" | "human" = "human"): Promise<Decided> {
    return decideRequest(this.#deciding, params, actor, by);
  }

  // -- other events ---------------------------------------------------------------------------------------------------

  reportCommitted(report: Report): void {
    this.#o.policy.reportCommitted(report);
  }

  eventCommitted(rowId: string, event: AgentEvent, source?: ProcessName): void {
    this.#resolver.eventCommitted(rowId, event, source);
    this.#interception.held.eventCommitted(rowId, event, source);
    if (event.kind === "ended") this.#workspaces.forget(rowId);
  }

  /** A hook outlives an agent that was killed, and would wait until the deadline. */
  endRequests(sessionId: string, reason: string): void {
    this.#workspaces.forget(sessionId);
    for (const pending of this.#all()) {
      if (pending.rowId === sessionId || pending.sessionId === sessionId) this.#resolver.cancel(pending, reason);
    }
    this.#interception.endRequests(sessionId);
  }

  /** On stop: requesters get no decision at once, and no approval stays open in the journal. */
  stop(): void {
    this.#stopping.abort();
    for (const pending of this.#all()) this.#resolver.cancel(pending, "the daemon stops", "restarted");
    this.#interception.stop();
  }

  closeOrphans(): void {
    this.#resolver.closeOrphans();
  }

  #all(): readonly PendingRequest[] {
    return this.#resolver.pending.open();
  }
}

/** Whoever runs the agent waits behind it: of an agent with its dialog on the screen, or one that the daemon runs, nobody does. */
function blocks({ dialog }: Pick<ApprovalRequest, "dialog">): boolean {
  return dialog === "behind" || dialog === "gate";
}
