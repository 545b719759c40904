/** Turns and jobs beside the sessions of the story, and a dashboard that shows them. */
import type { TerminalSize } from "../../src/dashboard/terminal_port.ts";
import type { TurnTold } from "../../src/view/live_turns.ts";
import type { JobTold } from "../../src/view/work_items.ts";
import { TestDashboard } from "./dashboard_story.ts";
import { playedStory } from "./story_desk.ts";

export const STORY = await playedStory();
const NOW = STORY.now;
export const ago = (secs: number) => new Date(NOW - secs * 1000).toISOString();
export const OWN = STORY.sessions.find(({ status }) => status === "working")!;

export function turnTold(id: string, more: Partial<TurnTold> = {}): TurnTold {
  return {
    id,
    agent: "mine",
    sessionId: OWN.id,
    cwd: "/home/you/web",
    source: "cli",
    prompt: "make the login page work offline\nand keep 日本語の検索 as it is",
    status: "finished",
    submittedAt: ago(600),
    startedAt: ago(590),
    endedAt: ago(300),
    reply: "Read it.\n\nThe page needs a service worker; 検索とお気に入り stay as they are.",
    tools: [
      { id: "1", name: "Read", text: "src/login.ts", status: "completed" },
      { id: "2", name: "Bash", text: "deno test \u001b[31m--filter login", status: "failed" },
    ],
    ...more,
  };
}

const TURNS: readonly TurnTold[] = [
  turnTold("a"),
  turnTold("b", {
    status: "failed",
    sessionId: null,
    prompt: "write the report",
    error: "the agent mine: it has ended: exit code 3",
    submittedAt: ago(500),
  }),
  (({ endedAt: _, ...rest }) => rest)(turnTold("c", {
    prompt: "now the tests",
    status: "running",
    submittedAt: ago(90),
    startedAt: ago(80),
    plan: [{ text: "read the tests", status: "completed" }, { text: "write new ones", status: "in_progress" }],
    tools: [{ id: "3", name: "Edit", text: "tests/login_test.ts", status: "pending" }],
    reply: "I begin with the oldest. ",
  })),
  (({ endedAt: _, startedAt: __, ...rest }) => rest)(
    turnTold("d", { prompt: "and then the docs", status: "queued", submittedAt: ago(40), reply: "", tools: [] }),
  ),
];

export function jobTold(id: string, more: Partial<JobTold> = {}): JobTold {
  return {
    id,
    schedule: "*/5 * * * *",
    timezone: "Europe/Berlin",
    action: { kind: "program", program: id } as JobTold["action"],
    missed: "skip",
    overlap: "skip",
    cooldownSecs: 0,
    jitterSecs: 30,
    maxRuns: null,
    enabled: true,
    runs: 3,
    running: false,
    queued: false,
    nextRun: ago(-90),
    ...more,
  };
}

const FAILED = {
  runId: "1",
  dueAt: ago(9),
  startedAt: ago(9),
  endedAt: ago(7),
  outcome: "failed",
  code: 1,
  stdout: "copied 31 files",
  stderr: "no room left on 디스크",
};
const JOBS: readonly JobTold[] = [
  jobTold("backup", { lastRun: FAILED }),
  jobTold("links"),
  jobTold("report", { running: true, lastRun: { runId: "2", dueAt: null, startedAt: ago(3) } }),
  jobTold("夜間バックアップ", { enabled: false, nextRun: null }),
];

export function workDashboard(size: TerminalSize = { columns: 120, rows: 32 }, turns = TURNS): TestDashboard {
  const board = new TestDashboard({ ...STORY, approvals: [] }, { size });
  board.state.work.agents = ["mine", "other"];
  board.state.work.jobs = JOBS;
  board.state.work.looked.set("backup", { runs: [FAILED], next: [ago(-90), ago(-390), ago(-690)] });
  board.snapshot(STORY.sessions.map((one) => one.id === OWN.id ? { ...one, title: "own" } : one), [], turns);
  return board;
}
