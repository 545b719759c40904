/** Plays recorded events of an agent through its adapter and the daemon's own pipeline, on a journal in memory. */
import type { Adapter } from "../../src/agents/shared/adapter.ts";
import { commitReport } from "../../src/core/apply_report.ts";
import { Store } from "../../src/core/store.ts";
import type { Report } from "../../src/domain/report.ts";
import { routeReport } from "../../src/domain/report_routing.ts";
import type { Session } from "../../src/domain/session.ts";
import { HOOK } from "../../src/protocol/actor.ts";
import { testBus } from "../support/bus.ts";
import { FakeJournal } from "../support/fake_journal.ts";

export class Replay {
  readonly #adapter: Adapter;
  readonly #journal = new FakeJournal();
  readonly #approvals = { reportCommitted: () => {}, eventCommitted: () => {} };
  readonly store: Store;
  #now = new Date(0).toISOString();

  constructor(adapter: Adapter) {
    this.#adapter = adapter;
    const clock = { now: () => Date.parse(this.#now), steady: () => 0 };
    this.store = new Store({ clock, bus: testBus(), idempotencyKeys: 1, staleAfterMs: () => Infinity });
    this.store.attach(this.#journal);
  }

  get size(): number {
    return this.store.size;
  }

  /** Events in the journal. */
  get events(): number {
    return this.#journal.records.length;
  }

  get(id: string): Session | undefined {
    return this.store.get(id);
  }

  children(id: string): readonly Session[] {
    return this.store.children(id);
  }

  sessions(): readonly Session[] {
    return [...this.store.sessions()];
  }

  /** The rows that `report` is about, after it. */
  report(report: Report, now: string): readonly Session[] {
    this.#now = now;
    const ids = routeReport(report, this.store).map(({ sessionId }) => sessionId);
    commitReport({ store: this.store, approvals: this.#approvals, now: () => now }, report, { actor: HOOK });
    return ids.flatMap((id) => this.store.get(id) ?? []);
  }

  hook(stdin: unknown, env: Record<string, string>, now: string): readonly Session[] {
    const understood = this.#adapter.understand(stdin, env);
    if (!understood.ok) throw new Error(understood.problem);
    return this.report(understood.report, now);
  }
}

/** One line about a row's status: what a person must agree with. */
export function statusLine(session: Session): string {
  // ids that begin with the time (OpenCode's, UUID version 7) differ at their end
  const { id: whole } = session;
  const id = whole.startsWith("ses_") ? whole.slice(-4) : whole[14] === "7" ? whole.slice(-8) : whole.slice(0, 8);
  switch (session.status) {
    case "waiting":
      return `${id} waiting for ${session.waiting.for}: ${session.waiting.text.slice(0, 60)}`;
    case "working": {
      const { tool, subagents } = session.working;
      return `${id} working${tool ? ` ${tool.name}` : ""}${subagents > 0 ? ` +${subagents}` : ""}`;
    }
    case "error":
      return `${id} error ${session.error.kind}`;
    case "closed":
      return `${id} closed ${session.closed.reason}`;
    case "idle":
      return `${id} idle${session.idle.background ? ` +${session.idle.background}` : ""}`;
    default:
      return `${id} ${session.status}`;
  }
}

export interface Recorded {
  readonly t: number;
  readonly step?: string;
  readonly event?: string;
  readonly env?: Record<string, string>;
  readonly stdin?: unknown;
  /** What the recorder printed. */
  readonly reply?: Readonly<Record<string, unknown>>;
}

const START = Date.parse("2026-11-20T10:00:00.000Z");

export function recorded(lines: string): readonly Recorded[] {
  return lines.trim().split("\n").map((line) => JSON.parse(line) as Recorded);
}

/** When a line was recorded, as ISO 8601. */
export function timeOf({ t }: Pick<Recorded, "t">): string {
  return new Date(START + t).toISOString();
}

/** Each step and each event of a fixture, with the rows that it was about: `Event → row; row`. */
export function replay(adapter: Adapter, lines: string): readonly string[] {
  const player = new Replay(adapter);
  return recorded(lines).map(({ t, step, event, env, stdin }) => {
    if (step !== undefined) return `-- ${step}`;
    const rows = player.hook(stdin, env ?? {}, timeOf({ t }));
    const known = adapter.understand(stdin, env ?? {}).problem === undefined ? "" : " (not known)";
    return `${event}${known} → ${rows.length === 0 ? "no row" : rows.map(statusLine).join("; ")}`;
  });
}
