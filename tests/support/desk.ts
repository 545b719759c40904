/** The core with its broker on a journal and a clock in memory: approvals without sockets and without waiting. */
import { Broker } from "../../src/approvals/broker.ts";
import { Judge, type JudgeSettings } from "../../src/approvals/judge.ts";
import { Presence } from "../../src/approvals/presence.ts";
import type { Actor } from "../../src/core/actor.ts";
import type { Caller, Core } from "../../src/core/handler.ts";
import * as session from "../../src/core/handlers/session.ts";
import { Store } from "../../src/core/store.ts";
import { UnknownEvents } from "../../src/core/unknown.ts";
import type { Log } from "../../src/platform/system.ts";
import type { MethodRow, ParamsOf, ResultOf } from "../../src/protocol/methods.ts";
import { testBus } from "./bus.ts";
import { FakeJournal } from "./fake_journal.ts";

const START = Date.parse("2026-11-20T10:00:00.000Z");
const NO_LOG: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** A connection as handlers see it, that can be hung up. */
export class FakeCaller implements Caller {
  #gone = new AbortController();
  readonly signal = this.#gone.signal;
  readonly hungUp = this.#gone.signal;

  constructor(readonly kind = "hook", readonly scope: MethodRow["scope"] = "report") {}

  get actor(): Actor {
    return `${this.kind}:${this.scope}`;
  }

  hangUp(): void {
    this.#gone.abort();
  }

  subscribe(): string {
    return "s1";
  }

  unsubscribe(): boolean {
    return false;
  }
  afterAnswer(): void {}
  disconnect(): void {}
}

export type Report = ParamsOf<"session.report">;

export class Desk {
  readonly journal: FakeJournal;
  readonly presence = new Presence();
  readonly bus = testBus();
  readonly store: Store;
  readonly broker: Broker;
  readonly judge: Judge;
  /** Each change of the safety mode in force. */
  readonly modes: string[] = [];
  readonly core: Core;
  waitMs = 45_000;
  #now = START;
  #timers: { at: number; action: () => void }[] = [];
  #ids = 0;

  /** @param journal of a daemon that ended: its records are what this one knows at its start */
  constructor(settings: Partial<JudgeSettings> = {}, journal = new FakeJournal()) {
    this.journal = journal;
    const clock = { now: () => this.#now, steady: () => this.#now - START };
    const now = () => new Date(this.#now).toISOString();
    this.store = new Store({ clock, bus: this.bus, idempotencyKeys: 4096, staleAfterMs: () => 60_000 });
    for (const record of journal.records) this.store.replay(record);
    this.store.attach(journal);
    const { store, presence } = this;
    this.judge = new Judge({
      settings: () => ({ safetyMode: "manual", rules: [], preToolUse: false, ...settings }),
      inbox: store.inbox,
      clock,
      log: NO_LOG,
      suspended: () => store.suspended,
      onMode: (mode, reason, suspended) => {
        this.modes.push(`${mode}: ${reason}`);
        const data = { mode, reason, ...(suspended === undefined ? {} : { suspended }) };
        store.commit({ type: "daemon.safety_mode", data }, "daemon");
      },
    });
    this.broker = new Broker({
      core: { store, journal, now },
      presence,
      judge: this.judge,
      waitMs: () => this.waitMs,
      after: (ms, action) => {
        const timer = { at: this.#now + ms, action };
        this.#timers.push(timer);
        return () => this.#timers = this.#timers.filter((other) => other !== timer);
      },
      newId: () => `a${++this.#ids}`,
      log: NO_LOG,
    });
    const limits = { log: NO_LOG, queueEvents: 10, queueBytes: 1e6 };
    const unknown = new UnknownEvents(store, NO_LOG);
    this.core = { store, journal, now, presence, approvals: this.broker, unknown, ...limits } as unknown as Core;
  }

  get timers(): number {
    return this.#timers.length;
  }

  /** Lets the time go on, and what is due happen. */
  pass(ms: number): void {
    this.#now += ms;
    const due = this.#timers.filter(({ at }) => at <= this.#now);
    this.#timers = this.#timers.filter(({ at }) => at > this.#now);
    for (const { action } of due) action();
  }

  /** `session.report` as a hook calls it. */
  async report(params: Report, caller: Caller = new FakeCaller()): Promise<ResultOf<"session.report">> {
    return await session.report(params, { core: this.core, caller, signal: caller.signal });
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
