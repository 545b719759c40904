/**
 * Requests that nobody is asked yet: a rule or the safety mode would let them run, or they would be left to their agent, and
 * the interceptors are asked first. Their hook waits meanwhile as for a person's answer, under an id that no approval has
 * yet. State of this process only: a held request is in no list, and in no record before it is settled or withdrawn.
 */
import type { ApprovalRequest } from "../domain/approval.ts";
import { resolvedByEvent, type ResolvedElsewhere } from "../domain/approval_resolution.ts";
import type { AgentEvent } from "../domain/report.ts";
import type { ToolUse } from "../domain/session.ts";
import { mayBeSame, type ProcessName } from "../domain/row_processes.ts";
import type { ReportDeps } from "../core/apply_report.ts";
import type { InterceptedRequest } from "../core/interceptors.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import { type AskDeps, askInterceptors, type Intercepted, interceptedRequest } from "./ask_interceptors.ts";
import { payloadOf, subjectSession, workspaceOf } from "./caller.ts";
import { onAllHungUp } from "./join_request.ts";
import { type PendingRequest, type Requester, requestersOf, type WaitResult } from "./pending_requests.ts";
import type { ClassifiedIncoming } from "./policy_engine.ts";
import { newApproval } from "./records.ts";

export interface HeldDeps extends AskDeps {
  readonly core: Pick<ReportDeps, "store" | "now">;
  readonly steady: () => number;
  readonly waitMs: (request: Pick<ApprovalRequest, "holdSecs">) => number;
  readonly newId: () => string;
  /** For what goes on behind the wait: what it adds counts as its client's. */
  readonly continuation: () => <T>(call: () => T) => T;
  /** How many equal calls run side by side: one answer is for one call. */
  readonly countCalls: (rowId: string, tool: ToolUse, process: ProcessName | undefined) => number;
}

export interface HeldRequest {
  readonly id: string;
  readonly rowId: string;
  /** The session that rules match. */
  readonly sessionId: string;
  readonly incoming: ClassifiedIncoming;
  readonly requester: Requester;
  readonly joined: Requester[];
  readonly process: ProcessName | undefined;
  readonly tool: ToolUse | undefined;
  readonly payload: string | undefined;
  /** When it came, ISO 8601 UTC. */
  readonly at: string;
  /** Without the interceptors it would be left to its agent. */
  readonly isLeft: boolean;
  /** When its requester stops to wait, by the steady clock. */
  readonly endsAt: number;
  readonly done: PromiseWithResolvers<WaitResult>;
  readonly ended: AbortController;
  /** A requester waits: it got the reply in time. */
  awaited: boolean;
  /** The request that became of it, or that it has joined. */
  asked: PendingRequest | undefined;
}

/**
 * The interceptors have been asked: decides it, asks a person or leaves it to its agent. @returns where a person is asked,
 * that request
 */
type Settle = (held: HeldRequest, found: Intercepted) => Promise<PendingRequest | WaitResult>;

interface HoldOptions extends Pick<HeldRequest, "isLeft">, Pick<InterceptedRequest, "would"> {
  readonly settle: Settle;
  /** Nobody waits for it any more. */
  readonly onGone: (held: HeldRequest) => void;
}

/** Most at a time; a person is asked of more at once. */
const MOST_HELD = 256;
/** Most that are kept behind their end: each is fetched in a moment, or never. */
const ENDED_KEPT = 512;

export class HeldRequests {
  readonly #o: HeldDeps;
  readonly #held = new Map<string, HeldRequest>();
  #count = 0;

  constructor(options: HeldDeps) {
    this.#o = options;
  }

  get isFull(): boolean {
    return this.#count >= MOST_HELD;
  }

  /** Whether the id stands for one. */
  has(id: string): boolean {
    return this.#held.has(id);
  }

  /**
   * Holds it until `settle` is called, which is once, and not where it ended before.
   */
  hold(
    incoming: ClassifiedIncoming,
    requester: Requester,
    { isLeft, would, settle, onGone }: HoldOptions,
  ): ResultOf<"session.report"> {
    const twin = this.#join(incoming, requester);
    const held = twin ?? this.#begin(incoming, requester, isLeft);
    onAllHungUp(held, requester, () => this.#isOpen(held) && onGone(held));
    if (twin === undefined && this.#isOpen(held)) this.#ask(held, would, settle);
    const { store } = this.#o.core;
    return {
      seq: store.seq,
      sessionId: held.rowId,
      status: store.get(held.rowId)?.status ?? null,
      approval: { id: held.id, waitMs: this.leftMs(held) },
    };
  }

  /** What of its requester's wait is left, ms. */
  leftMs({ endsAt }: Pick<HeldRequest, "endsAt">): number {
    return Math.max(1, endsAt - this.#o.steady());
  }

  /** Undefined: `requester` has brought none of that id. */
  wait(id: string, requester: Requester): Promise<WaitResult> | undefined {
    const held = this.#held.get(id);
    if (held === undefined || !requestersOf(held).includes(requester)) return undefined;
    held.awaited = true;
    if (held.asked !== undefined) held.asked.awaited = true;
    return held.done.promise;
  }

  /** The request that became of it, where one did. */
  askedAs(id: string): PendingRequest | undefined {
    return this.#held.get(id)?.asked;
  }

  /** Open ones, oldest first. */
  open(): readonly HeldRequest[] {
    return [...this.#held.values()].filter((held) => this.#isOpen(held));
  }

  /** `event` was committed for the row: its agent may have gone on without us. */
  eventCommitted(rowId: string, event: AgentEvent, source: ProcessName | undefined): void {
    if (this.#count === 0) return;
    for (const held of this.open()) {
      if (held.rowId !== rowId || !mayBeSame(held.process, source)) continue;
      const how = resolvedByEvent(event, held.tool);
      if (how !== undefined) this.end(held, how);
    }
  }

  /** No decision of ours: no verdict counts any more. */
  end(held: HeldRequest, outcome: ResolvedElsewhere): void {
    if (!this.#isOpen(held)) return;
    this.#close(held);
    held.done.resolve({ id: held.id, outcome });
  }

  #isOpen({ ended }: HeldRequest): boolean {
    return !ended.signal.aborted;
  }

  /** No verdict and no event counts any more. */
  #close(held: HeldRequest): void {
    this.#count--;
    held.ended.abort();
    this.#forgetWhenGone(held);
  }

  /** The same request through another hook; where equal calls run side by side each is one of its own. */
  #join(incoming: ClassifiedIncoming, requester: Requester): HeldRequest | undefined {
    const payload = payloadOf(incoming);
    if (this.#count === 0 || payload === undefined) return undefined;
    const { rowId, process } = subjectSession(incoming, this.#o.core.store);
    const twin = this.open().find((held) =>
      held.rowId === rowId && held.payload === payload && mayBeSame(held.process, process) &&
      !requestersOf(held).includes(requester)
    );
    if (twin?.tool !== undefined && this.#o.countCalls(rowId, twin.tool, process) > 1) return undefined;
    twin?.joined.push(requester);
    return twin;
  }

  #begin(incoming: ClassifiedIncoming, requester: Requester, isLeft: boolean): HeldRequest {
    const { core: { store, now }, steady, waitMs, newId } = this.#o;
    const { event } = incoming.report;
    const held: HeldRequest = {
      id: newId(),
      ...subjectSession(incoming, store),
      sessionId: incoming.report.sessionId,
      incoming,
      requester,
      joined: [],
      tool: event.kind === "requested" || event.kind === "tool" ? event.tool : undefined,
      payload: payloadOf(incoming),
      at: now(),
      isLeft,
      endsAt: steady() + waitMs(incoming.request),
      done: Promise.withResolvers<WaitResult>(),
      ended: new AbortController(),
      awaited: false,
      asked: undefined,
    };
    this.#held.set(held.id, held);
    this.#count++;
    return held;
  }

  #ask(held: HeldRequest, would: InterceptedRequest["would"], settle: Settle): void {
    const { core, continuation } = this.#o;
    const { incoming: { request, cutBy }, id, at } = held;
    const about = subjectSession(held.incoming, core.store);
    const approval = newApproval({ ...about, request, cutBy, id, at, deadline: at });
    const shown = interceptedRequest(approval, would, workspaceOf(held.incoming, core.store));
    const asRequester = continuation();
    // Half of the wait is a person's, however short it is.
    void askInterceptors(this.#o, shown, held.ended.signal, this.leftMs(held) / 2)
      .then((found) => this.#isOpen(held) ? asRequester(() => this.#settled(held, settle, found)) : undefined);
  }

  async #settled(held: HeldRequest, settle: Settle, found: Intercepted): Promise<void> {
    const { id, done } = held;
    this.#close(held); // the row is told of the call now, which is no word of its agent
    try {
      const result = await settle(held, found);
      if ("outcome" in result) return done.resolve(result);
      held.asked = result;
      result.awaited ||= held.awaited;
      done.resolve(result.done.promise);
    } catch (error) { // a journal that takes nothing: no decision is given
      this.#o.log.error("a held request was not decided", { id, error: String(error) });
      done.resolve({ id, outcome: "cancelled" });
    }
  }

  /** Its requesters may still fetch the result. */
  #forgetWhenGone(held: HeldRequest): void {
    const forget = () => {
      if (requestersOf(held).every(({ signal }) => signal.aborted)) this.#held.delete(held.id);
    };
    for (const { signal } of requestersOf(held)) signal.addEventListener("abort", forget, { once: true });
    forget();
    if (this.#held.size - this.#count <= ENDED_KEPT) return;
    const oldest = [...this.#held.values()].find((one) => !this.#isOpen(one));
    if (oldest !== undefined) this.#held.delete(oldest.id);
  }
}
