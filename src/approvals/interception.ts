/**
 * The place of interceptors among approvals. What would pass without a person, or be left to an agent that waits for its hook,
 * is held until they have spoken; what a person is asked is opened at once, and they speak meanwhile.
 */
import { resolveApproval } from "../domain/approval_resolution.ts";
import { DAEMON } from "../protocol/actor.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import type { AskDeps } from "./ask_interceptors.ts";
import { subjectSession } from "./caller.ts";
import type { DecideDeps } from "./decide_request.ts";
import { type HeldDeps, type HeldRequest, HeldRequests } from "./held_requests.ts";
import { interceptOpen } from "./intercept_open.ts";
import type { HeldBefore } from "./open_request.ts";
import type { PendingRequest, Requester } from "./pending_requests.ts";
import type { ClassifiedIncoming, PolicyResult } from "./policy_engine.ts";
import { GAVE_UP, newApproval } from "./records.ts";
import { type SettleDeps, settleHeld } from "./settle_held.ts";

type Reported = ResultOf<"session.report">;

export interface InterceptionDeps {
  readonly options: SettleDeps["options"] & DecideDeps["options"] & AskDeps & Omit<HeldDeps, "countCalls">;
  readonly resolver: SettleDeps["resolver"];
  readonly stopping: AbortSignal;
  /** Asks a person, or leaves it to its agent where none can be asked. */
  readonly ask: (incoming: ClassifiedIncoming, requester: Requester, before: HeldBefore, waitMs: number) => Reported;
  readonly leave: (incoming: ClassifiedIncoming, requester: Requester) => Reported;
}

export class Interception {
  readonly held: HeldRequests;
  readonly #o: InterceptionDeps;

  constructor(deps: InterceptionDeps) {
    const { options, resolver } = this.#o = deps;
    this.held = new HeldRequests({ ...options, countCalls: (...call) => resolver.calls.count(...call) });
    resolver.pending.listen((opened) => {
      if (options.interceptors.isAny && !this.held.has(opened.id)) void interceptOpen(options, deps, opened);
    });
  }

  /** Whether they are asked first. Where too many are held at once a person is asked of all that comes. */
  get isOn(): boolean {
    return this.#o.options.interceptors.isAny && !this.#o.stopping.aborted;
  }

  /** What a rule or the safety mode allows. */
  holdAllowed(incoming: ClassifiedIncoming, requester: Requester): Reported | undefined {
    return this.#hold(incoming, requester, false);
  }

  /** What would be left to its agent: it can still be denied. Undefined where nothing may hold it. */
  holdLeft(incoming: ClassifiedIncoming, requester: Requester, result: PolicyResult): Reported | undefined {
    const { dialog } = incoming.request;
    const waits = dialog === "behind" || (dialog === "gate" && !(result.kind === "undecided" && result.isOff));
    return waits ? this.#hold(incoming, requester, true) : undefined;
  }

  #hold(incoming: ClassifiedIncoming, requester: Requester, isLeft: boolean): Reported | undefined {
    if (this.held.isFull) return undefined;
    const { ask } = this.#o;
    const deps: SettleDeps = {
      ...this.#o,
      leave: (held) => this.#o.leave(held.incoming, held.requester),
      ask: (held, one, { notes }) => ask(one, held.requester, { id: held.id, notes }, this.held.leftMs(held)),
    };
    return this.held.hold(incoming, requester, {
      isLeft,
      // Without a decision the call behind a gate runs.
      would: isLeft && incoming.request.dialog === "behind" ? "ask" : "allow",
      onGone: (held) => this.#withdrawn(held),
      settle: (held, found) => settleHeld(deps, held, found),
    });
  }

  /** Its hooks are gone: recorded as that of a request which a person was asked (resolver.ts). */
  #withdrawn(held: HeldRequest): void {
    const { id, at, awaited, incoming: { request, cutBy }, rowId, tool } = held;
    const { options: { core: { store, now }, log }, resolver } = this.#o;
    const approval = newApproval({ ...subjectSession(held.incoming, store), request, cutBy, id, at, deadline: at });
    const how = awaited ? "dismissed" : "cancelled";
    const ended = resolveApproval(approval, how, now(), GAVE_UP);
    try {
      store.commit({ type: "approval.decided", data: { approval: ended } }, DAEMON);
    } catch (error) { // a journal that takes nothing
      log.error("a request that was withdrawn was not recorded", { id, error: String(error) });
    }
    if (awaited) resolver.corrections.refused({ id, rowId, request, question: tool === undefined ? {} : { tool } });
    this.#end(held, how, !awaited);
  }

  /** @param isLeft its row is told that its agent asks by itself, or goes on */
  #end(held: HeldRequest, how: Parameters<HeldRequests["end"]>[1], isLeft: boolean): void {
    this.held.end(held, how);
    if (!isLeft) return;
    try {
      this.#o.leave(held.incoming, held.requester);
    } catch (error) {
      this.#o.options.log.error("a row was not told of its request", { id: held.id, error: String(error) });
    }
  }

  /** The request that became of a held one, where one did; else the one of that id itself. */
  pendingOf(id: string): PendingRequest | undefined {
    return this.held.askedAs(id) ?? this.#o.resolver.pending.get(id);
  }

  /** It was decided elsewhere, or withdrawn. */
  elsewhere(id: string): void {
    const pending = this.pendingOf(id);
    if (pending !== undefined) this.#o.resolver.elsewhere(pending);
    for (const held of this.held.open()) if (held.id === id) this.#end(held, "elsewhere", false);
  }

  /** The session ended: nobody needs a verdict. */
  endRequests(sessionId: string): void {
    for (const held of this.held.open()) {
      if (held.rowId === sessionId || held.sessionId === sessionId) this.#end(held, "cancelled", false);
    }
  }

  /** Requesters get no decision at once. */
  stop(): void {
    for (const held of this.held.open()) this.#end(held, "cancelled", true);
  }
}
