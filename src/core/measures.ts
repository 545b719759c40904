/**
 * What is measured of the daemon: one table, of which the Prometheus text (src/gateway/metrics.ts) and the OpenTelemetry
 * metrics (src/telemetry) are made. Pure.
 */
import { SAFETY_MODES } from "../domain/safety_mode.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import { type Activity, OTHER } from "./activity.ts";
import type { AgentCounts } from "./agent_counts.ts";

export interface Measure {
  readonly kind: "gauge" | "counter" | "histogram";
  readonly unit?: "seconds" | "bytes";
  /** One line, which both forms show. */
  readonly help: string;
}

/** Names without prefix and unit. */
export const MEASURES = {
  build_info: { kind: "gauge", help: "1, with the version of the daemon." },
  up: { kind: "gauge", help: "1 while the daemon serves, 0 while it stops." },
  start_time: { kind: "gauge", unit: "seconds", help: "When the daemon was started, since the epoch." },
  uptime: { kind: "gauge", unit: "seconds", help: "How long the daemon runs." },
  read_only: { kind: "gauge", help: "1 while the journal takes no records, so that nothing can change." },
  safety_mode: { kind: "gauge", help: "1 for the safety mode in force, 0 for the others." },
  sessions: { kind: "gauge", help: "Sessions by agent and state." },
  sessions_stale: { kind: "gauge", help: "Open sessions without an event for longer than configured." },
  approvals_pending: { kind: "gauge", help: "Requests that wait for an answer." },
  approval_wait: { kind: "histogram", unit: "seconds", help: "How long requests were open, by how they ended." },
  events: { kind: "counter", help: "Events of the journal by type, since the count began." },
  clients: { kind: "gauge", help: "Connected clients by kind." },
  journal_records: { kind: "gauge", help: "Records in the journal." },
  journal_size: { kind: "gauge", unit: "bytes", help: "Bytes of the journal's files." },
  journal_ok: { kind: "gauge", help: "1 while the journal's chain has verified without an error." },
  resident_memory: { kind: "gauge", unit: "bytes", help: "Resident memory of the daemon." },
  event_loop_lag: { kind: "gauge", unit: "seconds", help: "How late a timer fires that is due at once." },
  reports_refused: { kind: "gauge", help: "Reports of hooks that limits refuse at present; 0 after a quiet minute." },
} as const satisfies Readonly<Record<string, Measure>>;

export type MeasureName = keyof typeof MEASURES;

export interface Measured {
  readonly status: ResultOf<"status">;
  readonly sessions: AgentCounts;
  readonly activity: Pick<Activity, "events" | "waits">;
}

export interface Sample {
  readonly name: Exclude<MeasureName, "approval_wait">;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Kinds of clients that are told apart. */
const MAX_KINDS = 32;

/** Every value but those of histograms. No two have the same name and labels. */
export function samplesOf({ status, sessions, activity }: Measured): readonly Sample[] {
  const { journal } = status;
  const one = (name: Sample["name"], value: number, labels: Sample["labels"] = {}): Sample => ({ name, labels, value });
  return [
    one("build_info", 1, { version: status.version }),
    one("up", Number(status.state !== "stopping")),
    one("start_time", Date.parse(status.startedAt) / 1000),
    one("uptime", status.uptimeSecs),
    // A journal may fail while the daemon stops, which `state` does not say then.
    one("read_only", Number(journal.readOnly)),
    ...SAFETY_MODES.map((mode) => one("safety_mode", Number(mode === status.safetyMode), { mode })),
    ...[...sessions].sort(byName).flatMap(([agent, states]) =>
      Object.entries(states).map(([state, count]) => one("sessions", count, { agent, state }))
    ),
    one("sessions_stale", status.sessions.stale),
    one("approvals_pending", status.approvalsPending),
    ...[...activity.events].sort(byName).map(([type, count]) => one("events", count, { type })),
    ...bounded(status.clients.byKind).map(([kind, count]) => one("clients", count, { kind })),
    one("journal_records", journal.count),
    ...(journal.bytes === undefined ? [] : [one("journal_size", journal.bytes)]),
    one("journal_ok", Number(journal.ok)),
    one("resident_memory", status.rssBytes),
    one("event_loop_lag", status.eventLoopLagMs / 1000),
    // `status` does not speak of refusals where there are none.
    one("reports_refused", status.refusedReports?.count ?? 0),
  ];
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By name, and those beyond the bound together. */
function bounded(counts: Readonly<Record<string, number>>): readonly (readonly [string, number])[] {
  const all = Object.entries(counts).filter(([name]) => name !== OTHER).sort(byName);
  const rest = all.slice(MAX_KINDS).reduce((sum, [, count]) => sum + count, counts[OTHER] ?? 0);
  return [...all.slice(0, MAX_KINDS), ...(rest > 0 ? [[OTHER, rest] as const] : [])];
}
