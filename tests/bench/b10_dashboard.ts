/** B10: what the dashboard costs with many sessions: a frame, the memory, the processor while it is busy and at rest. */
import { rowLine } from "../../src/dashboard/pi_terminal_rows.ts";
import type { SessionView } from "../../src/domain/query.ts";
import { TestDashboard } from "../support/dashboard_story.ts";
import { pause } from "../support/harness_wait.ts";
import { TestHome } from "../support/harness.ts";
import { HAS_TMUX, TmuxScreen } from "../support/tmux.ts";
import { BUSY_SECS, changeSessions, LOAD, openSessions, SESSIONS, UPDATES_PER_SEC } from "./busy_sessions.ts";
import { quantile } from "./measure.ts";
import { cpuSecs, privateMb } from "./proc.ts";
import { judged, type Row, Skipped } from "./result.ts";

/** Frames of the first seconds, in which code is compiled. */
const WARM_UP = 100;
const SIZE = { columns: 200, rows: 60 };
/** Every time that is shown is in minutes by then, and the first minute's frames are over. */
const SETTLE_MS = 70_000;
const REST_SECS = 30;
const GOAL = { frameMs: 16, mb: 60, busyPercent: 10, restPercent: 0.1 };

export async function dashboardLoad(): Promise<readonly Row[]> {
  if (!HAS_TMUX) throw new Skipped("no tmux here to run it in");
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  const call = client.request.bind(client);
  await openSessions(call);
  // The first start of a version compiles it, and keeps 23 MB more for that: this is any other.
  await home.cli(["dashboard", "--snapshot", `${SIZE.columns}x${SIZE.rows}`]);
  await using screen = await TmuxScreen.open(home, SIZE);
  await screen.runs("dashboard");
  await screen.shows(/at work/);
  await pause(3000);
  const { pid } = screen;
  const before = cpuSecs(pid);
  const ms = await changeSessions(call);
  const busy = 100_000 * (cpuSecs(pid) - before) / ms;
  const mb = privateMb(pid);
  await pause(SETTLE_MS);
  const quiet = cpuSecs(pid);
  await pause(REST_SECS * 1000);
  const rest = 100 * (cpuSecs(pid) - quiet) / REST_SECS;
  await screen.types("q");
  const { frame, text } = frames();
  const row = (what: string, goal: string, measured: string, used: number): Row =>
    judged(
      {
        id: "B10",
        what: `the dashboard at ${SIZE.columns}×${SIZE.rows}: ${what}`,
        counterpart: "–",
        goal,
        measured,
      },
      `dashboard: ${what.replace(/,.*/, "")}`,
      used,
    );
  return [
    row(`one frame, ${LOAD}`, `p99 ≤ ${GOAL.frameMs} ms`, text, frame / GOAL.frameMs),
    row("private memory (RssAnon) after it", `≤ ${GOAL.mb} MB`, `${mb.toFixed(1)} MB`, mb / GOAL.mb),
    row("CPU during it", `≤ ${GOAL.busyPercent} % of a core`, `${busy.toFixed(1)} %`, busy / GOAL.busyPercent),
    row(`CPU at rest for ${REST_SECS} s`, `≤ ${GOAL.restPercent} %`, `${rest.toFixed(2)} %`, rest / GOAL.restPercent),
  ];
}

/** From what was heard to lines as they are written, in this process. */
function frames(): { readonly frame: number; readonly text: string } {
  const now = Date.parse("2026-11-20T10:00:00.000Z");
  const session = (at: number, turn: number) =>
    ({
      id: `bench-${at}`,
      agent: "mine",
      cwd: `/home/u/projects/project-${at}`,
      status: "working",
      working: { tool: { name: "Bash", text: `turn ${turn}: deno test tests/unit/${at}_test.ts` }, subagents: 0 },
      startedAt: new Date(now).toISOString(),
      since: new Date(now - at * 1000).toISOString(),
      lastEventAt: new Date(now).toISOString(),
      priority: 0,
      tags: [],
      turnCount: turn,
      subagents: 0,
      stale: false,
      lost: false,
      unproven: false,
    }) as unknown as SessionView;
  const sessions = Array.from({ length: SESSIONS }, (_, at) => session(at, 0));
  const dashboard = new TestDashboard({ sessions, approvals: [], now }, { size: SIZE });
  const times: number[] = [];
  for (let turn = -WARM_UP; turn < BUSY_SECS * UPDATES_PER_SEC; turn++) {
    const began = performance.now();
    dashboard.now += 1000 / UPDATES_PER_SEC;
    dashboard.event("session.updated", { session: session(Math.abs(turn) % SESSIONS, turn) });
    for (const row of dashboard.draw().rows) rowLine(row, SIZE.columns, true);
    if (turn >= 0) times.push(performance.now() - began);
  }
  const p99 = quantile(times, 0.99);
  return { frame: p99, text: `p99 ${p99.toFixed(1)} ms, median ${quantile(times, 0.5).toFixed(1)} ms` };
}
