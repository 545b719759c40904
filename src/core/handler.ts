/** What a handler gets, and what it may ask of the daemon. */
import type { MethodName, ParamsOf, ResultOf, Scope } from "../protocol/methods.ts";
import type { Hub, Subscriber } from "./hub.ts";
import type { JournalPort } from "./ports.ts";
import type { Store } from "./store.ts";

/** The connection that called, as handlers see it. */
export interface Caller {
  /** Written to the journal: `<kind>:<scope>`, for example `hook:report`. */
  readonly actor: string;
  readonly kind: string;
  readonly scope: Scope;
  /** Fires when the connection is gone. */
  readonly signal: AbortSignal;
  /** A subscriber whose lines go to this connection; it lives until removed or until the connection ends. */
  subscriber(topics: ReadonlySet<string> | undefined): Subscriber;
  unsubscribe(name: string): boolean;
  /** Runs `action` right behind the answer of the present request. For synchronous handlers. */
  afterAnswer(action: () => void): void;
  disconnect(): void;
}

/** What the daemon's own rooms offer to handlers. */
export interface DaemonPort {
  status(): ResultOf<"status"> | Promise<ResultOf<"status">>;
  limits(): Record<string, number>;
  configView(): ResultOf<"config.get">;
  reload(): Promise<ResultOf<"config.reload">>;
  shutdown(options: { readonly reason: string; readonly force: boolean; readonly restart: boolean }): { pid: number };
}

export interface Core {
  readonly store: Store;
  readonly hub: Hub;
  readonly journal: JournalPort;
  readonly daemon: DaemonPort;
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
