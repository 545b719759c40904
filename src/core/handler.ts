/** What a handler gets, and what it may ask of the daemon. */
import type { Ask, Rule, Verdict } from "../domain/approval.ts";
import type { Happening, Report } from "../domain/report.ts";
import type { Log } from "../platform/system.ts";
import type { MethodName, ParamsOf, ResultOf, Scope } from "../protocol/methods.ts";
import type { Actor } from "./actor.ts";
import type { EventBus, SubscribeOptions } from "./event_bus.ts";
import type { JournalPort } from "./ports.ts";
import type { Store } from "./store.ts";
import type { UnknownEvents } from "./unknown.ts";

/** The connection that called, as handlers see it. */
export interface Caller {
  /** Written to the journal. */
  readonly actor: Actor;
  readonly kind: string;
  readonly scope: Scope;
  /** Fires when the connection is gone. */
  readonly signal: AbortSignal;
  /** Fires when the peer says nothing more, or is gone: a hook that was killed. */
  readonly hungUp: AbortSignal;
  /**
   * Sends this connection every event behind `after`, behind the reply to the present request, until it is unsubscribed
   * or ends; `onEnd` runs then.
   *
   * @returns the subscription's name on this connection
   */
  subscribe(options: PeerSubscription): string;
  unsubscribe(name: string): boolean;
  /** Runs `action` right behind the answer of the present request. For synchronous handlers. */
  afterAnswer(action: () => void): void;
  disconnect(): void;
}

export interface PeerSubscription extends Pick<SubscribeOptions, "after" | "topics" | "missed"> {
  readonly onEnd: () => void;
}

/** What the daemon's own rooms offer to handlers. */
export interface DaemonPort {
  status(): ResultOf<"status"> | Promise<ResultOf<"status">>;
  limits(): Record<string, number>;
  configView(): ResultOf<"config.get">;
  reload(): Promise<ResultOf<"config.reload">>;
  shutdown(options: { readonly reason: string; readonly force: boolean; readonly restart: boolean }): { pid: number };
}

/** An agent's event that asks, read by its adapter. */
export interface Asked {
  readonly report: Report;
  readonly ask: Ask;
  /** The payload was shortened on its way: what is asked is not known whole, so no rule may allow it. */
  readonly cut: boolean;
  /** What the agent's hook prints for a verdict; undefined where the agent has no words for it. */
  readonly answer: (verdict: Verdict) => HookOutput | undefined;
  readonly idempotencyKey?: string | undefined;
  /** Text of the workspace's own configuration, as the hook found it: it may only tighten. */
  readonly workspaceConfig?: string | undefined;
  /** Nobody has told what the workspace says: then it may say that nothing passes unasked. */
  readonly workspaceUnknown?: true;
}

export type HookOutput = Readonly<Record<string, unknown>>;

/** The approval broker, as handlers see it (src/approvals implements it). */
export interface ApprovalsPort {
  /** A hook has told of `report`, and found that text as the workspace's own configuration, or none. */
  heard(report: Report, workspaceConfig: string | undefined): void;
  /**
   * Takes the event; answers by itself, opens an approval that the caller may wait for, or leaves it to the agent.
   *
   * @throws {ConsoleError} `read_only`
   */
  ask(asked: Asked, caller: Caller): ResultOf<"session.report"> | Promise<ResultOf<"session.report">>;
  /** Resolves when `id` is settled and, where it was decided, on the disk. Only who asked may wait. */
  wait(id: string, caller: Caller): Promise<ResultOf<"approval.wait">>;
  decide(params: ParamsOf<"approval.decide">, actor: Actor): Promise<ResultOf<"approval.decide">>;
  request(params: ParamsOf<"approval.request">, caller: Caller): Promise<ResultOf<"approval.request">>;
  revoke(params: ParamsOf<"approval.revoke">, actor: Actor): Promise<ResultOf<"approval.revoke">>;
  /** The standing answers in force, those of the configuration too. */
  rules(): readonly Rule[];
  /** `report` was committed as a whole, whichever rows it was about. Never throws. */
  told(report: Report): void;
  /** `happening` was committed for the row `sessionId`. Never throws. */
  observe(sessionId: string, happening: Happening): void;
  /**
   * The session is over without a word of its agent's: nobody is left whom an answer could reach, or nobody wants to answer.
   * Closes what it and its sub-agents ask, for `reason`. Never throws.
   */
  over(sessionId: string, reason: string): void;
}

/** Who may answer approvals now (src/approvals/presence.ts). */
export interface PresencePort {
  readonly isSomeoneThere: boolean;
  /** @returns leaves again */
  join(): () => void;
}

export interface Core {
  readonly store: Store;
  readonly approvals: ApprovalsPort;
  readonly presence: PresencePort;
  readonly bus: EventBus;
  readonly journal: JournalPort;
  readonly daemon: DaemonPort;
  readonly unknown: UnknownEvents;
  readonly log: Log;
  readonly now: () => string;
  readonly queueEvents: number;
  readonly queueBytes: number;
}

export interface Call {
  readonly core: Core;
  readonly caller: Caller;
  /** Fires at the request's deadline or when the caller is gone. Made when first read: most handlers never wait. */
  readonly signal: AbortSignal;
}

export type Handler<M extends MethodName> = (params: ParamsOf<M>, call: Call) => ResultOf<M> | Promise<ResultOf<M>>;
