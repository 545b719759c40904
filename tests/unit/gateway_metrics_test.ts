/** The Prometheus text: what promtool and a reader make of it, with hostile and with many names. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Activity } from "../../src/core/activity.ts";
import { AgentCounter } from "../../src/core/agent_counts.ts";
import { type Measured, MEASURES } from "../../src/core/measures.ts";
import type { Approval, ApprovalState } from "../../src/domain/approval.ts";
import type { NewEvent } from "../../src/domain/event.ts";
import { metricsText } from "../../src/gateway/metrics.ts";
import { NO_PROMTOOL, promtool } from "../support/promtool.ts";

const START = Date.parse("2026-11-20T10:00:00.000Z");

function iso(afterMs: number): string {
  return new Date(START + afterMs).toISOString();
}

const status: Measured["status"] = {
  pid: 10,
  bootId: "b",
  version: "0.1.0",
  protocol: 1,
  state: "running",
  startedAt: iso(0),
  uptimeSecs: 60,
  ephemeral: false,
  workspace: null,
  socketPath: "/home/u/.agent-console/daemon.sock",
  clients: { total: 3, byKind: { cli: 2, hook: 1 } },
  sessions: { total: 1, starting: 0, idle: 0, working: 1, waiting: 0, error: 0, closed: 0, stale: 0, lost: 0 },
  approvalsPending: 2,
  safetyMode: "guarded",
  journal: { count: 7, head: "h", ok: true, lastVerifiedAt: null, readOnly: false, bytes: 4096 },
  rssBytes: 1_000_000,
  eventLoopLagMs: 0.5,
  needsRestart: [],
};

function approval(id: string, state: ApprovalState, requestedAt = iso(0)): Approval {
  const common = {
    sessionId: "s1",
    agent: "claude",
    for: "permission",
    tool: "Bash",
    input: "ls",
    risk: "reads",
  } as const;
  return { ...state, ...common, id, requestedAt, deadline: iso(600_000) };
}

const pending = (id: string) => approval(id, { status: "pending", pending: {} });
const approved = (id: string, by: string, requestedAt?: string) =>
  approval(id, { status: "approved", approved: { at: iso(0), by, scope: "once" } }, requestedAt);

function heard(activity: Activity, afterMs: number, event: NewEvent): void {
  activity.hear({ ts: iso(afterMs), event });
}

function busy(): Activity {
  const activity = new Activity();
  heard(activity, 0, { type: "approval.requested", data: { approval: pending("a1") } });
  heard(activity, 2_000, { type: "approval.decided", data: { approval: approved("a1", "cli:admin") } });
  heard(activity, 7_200_000, { type: "approval.decided", data: { approval: approved("a2", "rule:r1") } });
  heard(activity, 0, {
    type: "approval.expired",
    data: { approval: approval("a3", { status: "expired", expired: { at: iso(0) } }) },
  });
  heard(activity, 0, { type: "daemon.config_rejected", data: { problem: "p" } });
  return activity;
}

function text(agents: readonly string[] = ["claude"], input: Partial<Measured> = {}): string {
  const counter = new AgentCounter();
  for (const agent of agents) counter.add({ agent, status: "working" });
  return metricsText({ status, sessions: counter.counts, activity: busy(), ...input });
}

/** Each series of a text, as a reader of the format takes it apart. @throws where a line is none */
function seriesOf(metrics: string): string[] {
  return metrics.trimEnd().split("\n").filter((line) => !line.startsWith("#")).map((line) => {
    const found = /^([a-z_]+(?:\{(?:[a-z]+="(?:[^"\\\n]|\\[\\"n])*",?)*\})?) (-?[\d.]+(?:e[+-]?\d+)?)$/.exec(line);
    if (found?.[1] === undefined) throw new Error(`no sample: ${line}`);
    return found[1];
  });
}

Deno.test({
  name: `M1 promtool has nothing to say of the metrics, with hostile names and with 10,000 sessions${NO_PROMTOOL}`,
  ignore: NO_PROMTOOL !== "",
  fn: async () => {
    const many = Array.from({ length: 10_000 }, (_, i) => `agent-${i}`);
    for (const agents of [[], ["claude"], HOSTILE, many]) {
      const metrics = text(agents);
      assertEquals(await promtool(["check", "metrics"], metrics), { code: 0, said: "" });
    }
    // The check can fail.
    assertNotEquals((await promtool(["check", "metrics"], text().replaceAll("# HELP", "# NOTHING"))).said, "");
    assertNotEquals((await promtool(["check", "metrics"], `${text()}broken{a="b} 1\n`)).code, 0);
  },
});

const HOSTILE = [
  'a"} 1\nagent_console_up 0\n# HELP x',
  "back\\slash",
  "\x1b]0;title\x07",
  "\u202egnp.exe",
  "\ud800",
  "\udc00",
  "x".repeat(10_000),
  `${"x".repeat(10_000)}y`,
  "日本語 🙂",
  "",
];

Deno.test("A4 an agent's name ends neither its label nor its line, and no two series are one", () => {
  const metrics = text(HOSTILE);
  const series = seriesOf(metrics);
  assertEquals(series.length, new Set(series).size);
  assertEquals(series.filter((one) => /^agent_console_up\b/.test(one)), ["agent_console_up"]);
  // deno-lint-ignore no-control-regex
  assert(!/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/.test(metrics), "a control character came through");
  assert(metrics.isWellFormed());
});

Deno.test("L6 however many agents, kinds and types there are, the metrics are of a bounded size", () => {
  const names = Array.from({ length: 10_000 }, (_, i) => `agent-${i}`);
  const byKind = Object.fromEntries(names.map((name) => [name, 1]));
  const activity = new Activity();
  for (const name of names) heard(activity, 0, { type: name, data: {} } as unknown as NewEvent);
  const metrics = text(names, { status: { ...status, clients: { total: 10_000, byKind } }, activity });
  assert(metrics.length < 64 * 1024, `${metrics.length} characters`);
  const sum = (name: string) =>
    [...metrics.matchAll(new RegExp(`^agent_console_${name}\\{.*\\} (\\d+)$`, "gm"))]
      .reduce((total, [, value]) => total + Number(value), 0);
  assertEquals([sum("sessions"), sum("clients"), sum("events_total")], [10_000, 10_000, 10_000], "some were lost");
});

Deno.test("M1 the metrics say what status says, and each measure is there", () => {
  const metrics = text();
  const lines = metrics.split("\n");
  for (
    const line of [
      'agent_console_build_info{version="0.1.0"} 1',
      "agent_console_up 1",
      `agent_console_start_time_seconds ${START / 1000}`,
      "agent_console_uptime_seconds 60",
      "agent_console_read_only 0",
      'agent_console_safety_mode{mode="guarded"} 1',
      'agent_console_sessions{agent="claude",state="working"} 1',
      'agent_console_sessions{agent="claude",state="waiting"} 0',
      "agent_console_sessions_stale 0",
      "agent_console_approvals_pending 2",
      'agent_console_events_total{type="approval.decided"} 2',
      'agent_console_clients{kind="cli"} 2',
      "agent_console_journal_records 7",
      "agent_console_journal_size_bytes 4096",
      "agent_console_journal_ok 1",
      "agent_console_resident_memory_bytes 1000000",
      "agent_console_event_loop_lag_seconds 0.0005",
      "agent_console_reports_refused 0",
      'agent_console_approval_wait_seconds_bucket{outcome="approved",by="person",le="1"} 0',
      'agent_console_approval_wait_seconds_bucket{outcome="approved",by="person",le="5"} 1',
      'agent_console_approval_wait_seconds_bucket{outcome="approved",by="person",le="+Inf"} 1',
      'agent_console_approval_wait_seconds_sum{outcome="approved",by="person"} 2',
      'agent_console_approval_wait_seconds_bucket{outcome="approved",by="rule",le="3600"} 0',
      'agent_console_approval_wait_seconds_bucket{outcome="approved",by="rule",le="+Inf"} 1',
      'agent_console_approval_wait_seconds_count{outcome="expired",by="nobody"} 1',
    ]
  ) assert(lines.includes(line), `${line} is not in\n${metrics}`);
  assertEquals(lines.filter((line) => line.startsWith("# TYPE")).length, Object.keys(MEASURES).length);
});

Deno.test("M1 a daemon that stops, cannot write or refuses reports says so in the metrics", () => {
  const lines = text([], {
    status: {
      ...status,
      state: "stopping",
      journal: { ...status.journal, readOnly: true, ok: false },
      refusedReports: { count: 4, why: "too many" },
    },
  }).split("\n");
  for (const line of ["up 0", "read_only 1", "journal_ok 0", "reports_refused 4"]) {
    assert(lines.includes(`agent_console_${line}`), line);
  }
});

Deno.test("C9 a clock that was set back makes no negative wait", () => {
  const activity = new Activity();
  heard(activity, 5_000, { type: "approval.requested", data: { approval: pending("a1") } });
  heard(activity, 0, { type: "approval.decided", data: { approval: approved("a1", "cli:admin", iso(5_000)) } });
  assertEquals(activity.waits.map(({ sum, count }) => [sum, count]), [[0, 1]]);
});
