/** The core with its broker on a journal and a clock in memory: approvals without sockets and without waiting. */
import { adapterOf, nameProblem, PID_NAMESPACE } from "../../src/agents/adapters.ts";
import type { Broker } from "../../src/approvals/broker.ts";
import { Inbox } from "../../src/approvals/inbox.ts";
import type { PolicyEngine, PolicySettings } from "../../src/approvals/policy_engine.ts";
import { commitRevocation } from "../../src/approvals/revoke_rule.ts";
import { createApprovals } from "../../src/approvals/mod.ts";
import type { Presence } from "../../src/approvals/presence.ts";
import type { Interceptors } from "../../src/core/interceptors.ts";
import { type SessionDeps, sessionHandlers } from "../../src/core/handlers/session.ts";
import type { Projection } from "../../src/core/projection.ts";
import type { Projections } from "../../src/core/projections.ts";
import type { ReportQuota } from "../../src/core/report_quota.ts";
import type { Service } from "../../src/core/service.ts";
import { Store } from "../../src/core/store.ts";
import { TwinEvents } from "../../src/core/twin_events.ts";
import { UnrecognizedEvents } from "../../src/core/unrecognized_events.ts";
import type { Clock, Log } from "../../src/platform/system.ts";
import type { Actor } from "../../src/protocol/actor.ts";
import type { ParamsOf, ResultOf } from "../../src/protocol/method_schemas.ts";
import type { MethodRow } from "../../src/protocol/methods.ts";
import type { Call } from "../../src/rpc/handler.ts";
import type { Peer } from "../../src/rpc/peer.ts";
import { testBus } from "./bus.ts";
import { FakeJournal } from "./fake_journal.ts";
import { listsOf } from "./many_sessions.ts";
import { testProjections } from "./projections.ts";

const START = Date.parse("2026-11-20T10:00:00.000Z");
const NO_LOG: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** A connection as handlers see it, that can be hung up. */
export class FakeCaller implements Peer {
  #gone = new AbortController();
  readonly signal = this.#gone.signal;
  readonly hungUp = this.#gone.signal;

  constructor(
    readonly kind = "hook",
    readonly scope: MethodRow["scope"] = "report",
    readonly acknowledges = false,
  ) {}

  get actor(): Actor {
    return `${this.kind}:${this.scope}`;
  }

  hangUp(): void {
    this.#gone.abort();
  }

  openStream(): string {
    return "s1";
  }

  closeStream(): boolean {
    return false;
  }
  disconnect(): void {}
}

/** A call whose reply nobody sends. */
export function callOf(peer: Peer): Call {
  return { peer, signal: peer.signal, afterReply: queueMicrotask };
}

export type Report = ParamsOf<"session.report">;

export class Desk {
  readonly journal: FakeJournal;
  readonly presence: Presence;
  readonly bus = testBus();
  readonly inbox = new Inbox();
  readonly projections: Projections;
  readonly store: Store;
  readonly broker: Broker;
  readonly policy: PolicyEngine;
  readonly deps: SessionDeps;
  readonly service: Service;
  readonly interceptors: Interceptors;
  readonly clock: Clock = { now: () => this.#now, steady: () => this.#now - START - this.#set };
  /** `approvals.hook_wait_secs`, ms. */
  waitMs: number | null = 45_000;
  #now = START;
  /** So far the wall clock was set. */
  #set = 0;
  #timers: { at: number; action: () => void }[] = [];
  #ids = 0;

  /** Where paths lead that are links; undefined: nobody can tell. */
  links: ReadonlyMap<string, string> | undefined = new Map();

  /** Looks at links, now and at most at once. */
  readonly looks = { now: 0, most: 0 };

  /**
   * @param journal of a daemon that ended: its records are what this one knows at its start
   * @param makers of projections beside the inbox
   * @param onError told of a projection that fails
   * @param quota what clients without a token may add
   */
  constructor(
    settings: Partial<PolicySettings> = {},
    journal = new FakeJournal(),
    makers: readonly (() => Projection)[] = [],
    onError?: (name: string) => void,
    readonly quota?: ReportQuota,
  ) {
    this.journal = journal;
    this.projections = testProjections([() => this.inbox, ...makers], onError);
    const clock = this.clock;
    const { bus, inbox, projections } = this;
    const limits = quota === undefined ? {} : { quota };
    const store = new Store({ clock, bus, idempotencyKeys: 4096, staleAfterMs: () => 60_000, projections, ...limits });
    for (const record of journal.records) store.replay(record);
    store.attach(journal);
    this.store = store;
    const config = () => {
      const { safetyMode = "manual", rules = [], preToolUse = false } = settings;
      return {
        daemon: { safety_mode: safetyMode },
        approvals: {
          rules: [...rules],
          pre_tool_use: preToolUse,
          hook_wait_secs: this.waitMs === null ? null : this.waitMs / 1000,
        },
      };
    };
    journal.now = () => new Date(this.#now).toISOString();
    const { broker, policy, presence, interceptors, service } = createApprovals({
      store,
      lists: listsOf(store),
      inbox,
      journal,
      config,
      clock,
      after: (ms, action) => {
        const timer = { at: clock.steady() + ms, action };
        this.#timers.push(timer);
        return () => this.#timers = this.#timers.filter((other) => other !== timer);
      },
      newId: () => `a${++this.#ids}`,
      resolveLinks: async (paths) => {
        this.looks.most = Math.max(this.looks.most, ++this.looks.now);
        await Promise.resolve();
        this.looks.now--;
        return this.links && paths.map((path) => this.links?.get(path) ?? path);
      },
      own: ["/home/u/.agent-console"],
      isIncomplete: () => projections.isSetAside(inbox),
      log: NO_LOG,
      ...limits,
    });
    this.broker = broker;
    this.policy = policy;
    this.presence = presence;
    this.interceptors = interceptors;
    this.service = service;
    const now = () => new Date(this.#now).toISOString();
    this.deps = {
      store,
      approvals: broker,
      agents: { adapterOf, nameProblem, pidNamespace: PID_NAMESPACE },
      unknown: new UnrecognizedEvents(store, NO_LOG, () => this.#now),
      ownSessions: new Set(),
      twins: new TwinEvents(),
      now,
    };
  }

  /** Each change of the safety mode in force. */
  get modes(): string[] {
    return this.journal.records.filter(({ type }) => type === "daemon.safety_mode").map(({ data }) => {
      const { mode, reason } = data as { mode: string; reason: string };
      return `${mode}: ${reason}`;
    });
  }

  get timers(): number {
    return this.#timers.length;
  }

  /** Lets the time go on, and what is due happen. */
  pass(ms: number): void {
    this.#now += ms;
    const now = this.clock.steady();
    const due = this.#timers.filter(({ at }) => at <= now);
    this.#timers = this.#timers.filter(({ at }) => at > now);
    for (const { action } of due) action();
  }

  /** Somebody sets the wall clock, forth or back: no time goes by. */
  setClock(byMs: number): void {
    this.#now += byMs;
    this.#set += byMs;
  }

  /** `session.report` as a hook calls it whose repository runs nothing. */
  async report(params: Report, peer: Peer = new FakeCaller()): Promise<ResultOf<"session.report">> {
    const given = { repositoryConfig: "[core]\n\tbare = false\n", ...params };
    const report = () => sessionHandlers(this.deps)["session.report"](given, callOf(peer));
    return await (this.quota === undefined ? report() : this.quota.run(peer, given, report));
  }

  /** `approval.revoke` by a client. */
  revoke(params: ParamsOf<"approval.revoke">, actor: Actor): Promise<ResultOf<"approval.revoke">> {
    const { store, inbox, journal } = this;
    return commitRevocation({ store, inbox, journal }, params, actor);
  }

  /** A window that can answer; the returned function closes it. */
  attach(): () => void {
    const subscription = this.bus.subscribe({ after: this.store.seq, wake: () => {}, lagged: () => {} });
    const leave = this.presence.join();
    return () => {
      subscription.end();
      leave();
    };
  }

  /** Types of the events so far, `data.approval.status` behind those of approvals. */
  get events(): string[] {
    return this.journal.records.map(({ type, data }) => {
      const { approval } = data as { approval?: { status: string } };
      return approval === undefined ? type : `${type} ${approval.status}`;
    });
  }
}
