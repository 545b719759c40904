/** Plays recorded events of an agent through its adapter, route, decide and evolve, as the daemon does. */
import type { Adapter } from "../../src/agents/adapter.ts";
import { decideReport } from "../../src/domain/decide.ts";
import type { NewEvent } from "../../src/domain/event.ts";
import { evolve, type Row } from "../../src/domain/evolve.ts";
import type { Report } from "../../src/domain/report.ts";
import { route, type Rows } from "../../src/domain/route.ts";
import type { Session } from "../../src/domain/session.ts";

export class Replay implements Rows {
  readonly #adapter: Adapter;
  readonly rows = new Map<string, Row>();
  readonly events: NewEvent[] = [];

  constructor(adapter: Adapter) {
    this.#adapter = adapter;
  }

  get(id: string): Session | undefined {
    return this.rows.get(id)?.session;
  }

  children(id: string): readonly Session[] {
    const all = [...this.rows.values()].map((row) => row.session);
    return all.filter((session) => session.parentId === id && session.status !== "closed");
  }

  /** The rows that `report` is about, after it. */
  report(report: Report, now: string): readonly Session[] {
    return route(report, this).map((part) => {
      const event = decideReport(this.get(part.sessionId), part, now);
      this.events.push(event);
      const row = evolve(this.rows.get(part.sessionId), event);
      if (row === undefined) throw new Error("a report removed a row");
      this.rows.set(part.sessionId, row);
      return row.session;
    });
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
