/**
 * V2, V4: the dashboard's list of turns and jobs, conversations and prompts; their pictures are written as those of
 * dashboard_screens_test.ts are.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { untilNextChange } from "../../src/dashboard/ticks.ts";
import type { TerminalSize } from "../../src/dashboard/terminal_port.ts";
import type { TurnTold } from "../../src/view/live_turns.ts";
import type { JobTold } from "../../src/view/work_items.ts";
import { compareScreen, SCREEN_SIZES, screenSize } from "../support/dashboard_screens.ts";
import { goTo, TestDashboard } from "../support/dashboard_story.ts";
import { playedStory } from "../support/story_desk.ts";

Deno.env.set("TZ", "UTC");
const STORY = await playedStory();
const NOW = STORY.now;
const ago = (secs: number) => new Date(NOW - secs * 1000).toISOString();
const OWN = STORY.sessions.find(({ status }) => status === "working")!;

function turn(id: string, more: Partial<TurnTold> = {}): TurnTold {
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
  turn("a"),
  turn("b", {
    status: "failed",
    sessionId: null,
    prompt: "write the report",
    error: "the agent mine: it has ended: exit code 3",
    submittedAt: ago(500),
  }),
  (({ endedAt: _, ...rest }) => rest)(turn("c", {
    prompt: "now the tests",
    status: "running",
    submittedAt: ago(90),
    startedAt: ago(80),
    plan: [{ text: "read the tests", status: "completed" }, { text: "write new ones", status: "in_progress" }],
    tools: [{ id: "3", name: "Edit", text: "tests/login_test.ts", status: "pending" }],
    reply: "I begin with the oldest. ",
  })),
  (({ endedAt: _, startedAt: __, ...rest }) => rest)(
    turn("d", { prompt: "and then the docs", status: "queued", submittedAt: ago(40), reply: "", tools: [] }),
  ),
];

function job(id: string, more: Partial<JobTold> = {}): JobTold {
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
  job("backup", { lastRun: FAILED }),
  job("links"),
  job("report", { running: true, lastRun: { runId: "2", dueAt: null, startedAt: ago(3) } }),
  job("夜間バックアップ", { enabled: false, nextRun: null }),
];

function dashboard(size: TerminalSize = { columns: 120, rows: 32 }, turns = TURNS): TestDashboard {
  const board = new TestDashboard({ ...STORY, approvals: [] }, { size });
  board.state.work.agents = ["mine", "other"];
  board.state.work.jobs = JOBS;
  board.state.work.runs.set("backup", [FAILED]);
  board.snapshot(STORY.sessions.map((one) => one.id === OWN.id ? { ...one, title: "own" } : one), [], turns);
  return board;
}

const PICTURES: Readonly<Record<string, (board: TestDashboard) => void>> = {
  jobs: (board) => void board.press("4"),
  job: (board) => {
    board.press("4");
    while (!board.current.includes("backup")) board.press("j");
    board.press("Enter");
  },
  conversation: (board) => {
    goTo(board, "own").press("Enter");
  },
  prompt: (board) => {
    goTo(board, "own").press("i");
    board.keys.paste("first line\r\nand 二行目 with \u001b[31m colours, and words that go on and on", board.now);
  },
  agents: (board) => void board.press("N"),
};

for (const size of SCREEN_SIZES) {
  for (const [name, paint] of Object.entries(PICTURES)) {
    // No row of a session that waits for nobody is there in the least size.
    if (size === "20x6" && (name === "conversation" || name === "prompt")) continue;
    Deno.test(`V2 A4 the dashboard at ${size}, ${name}: nothing too wide, wide characters aligned`, () => {
      const board = dashboard(screenSize(size));
      paint(board);
      compareScreen(`dashboard-${name}-${size}`, board);
    });
  }
}

Deno.test("V4 the detail of a session that the daemon runs is its conversation, and its end stays on the screen while it comes", () => {
  const board = goTo(dashboard(), "own");
  assertMatch(board.text, /● 10:0\d:\d\d · mine · running 1m[^]*› now the tests[^]*I begin with the oldest\./);
  for (let i = 0; i < 60; i++) {
    board.event("turn.chunk", { turnId: "c", sessionId: OWN.id, kind: "text", text: `line ${i}\n` });
  }
  assertMatch(board.text, /line 58[^]*line 59[^]*queued[^]*› and then the docs/);
  assertMatch(board.text, /… Enter shows all/);
  board.press("Enter");
  assertMatch(board.text, /line 59/);
  board.event("turn.chunk", { turnId: "c", sessionId: OWN.id, kind: "text", text: "the last one" });
  assertMatch(board.text, /the last one/);
  board.press("g");
  assertMatch(board.text, /make the login page work offline/);
  board.event("turn.chunk", { turnId: "c", sessionId: OWN.id, kind: "text", text: "behind it" });
  assert(!board.text.includes("behind it"), "who reads stays where they are");
});

Deno.test("V4 a prompt goes to a session that the daemon runs; a pasted one keeps its lines, and what is refused stays", () => {
  const board = goTo(dashboard(), "own");
  board.press("i");
  board.keys.paste("one\ntwo", board.now);
  board.press("\\", "Enter", "x");
  const effect = board.press("Enter");
  assertEquals(effect?.kind, "submit");
  if (effect?.kind !== "submit") return;
  assertEquals(effect.prompt, { sessionId: OWN.id, text: "one\ntwo\nx" });
  effect.page.refused("the daemon is busy");
  board.state.open(effect.page as never);
  assertStringIncludes(board.text, "the daemon is busy");
  assertEquals(board.press("Enter")?.kind, "submit");
});

Deno.test("V4 a session that the daemon does not run, and one that has ended, say why they take no prompt", () => {
  const board = dashboard({ columns: 200, rows: 32 });
  const other = STORY.sessions.find(({ status, id }) => status === "idle" && id !== OWN.id)!;
  board.state.board.goTo(other.id, board.now);
  board.waits().press("i");
  assertStringIncludes(
    board.text,
    `the session ${other.id} is not one that the daemon runs; agent-console go brings its terminal to the front`,
  );
  assert(!/\bi prompt\b/.test(board.lines.at(-1) ?? ""));
  board.press("N", "Tab", "Enter");
  board.press(..."/x".split(""));
  assertMatch(board.text, /folder: .*\/x▏/);
});

Deno.test("V4 a new session: an agent, a folder in which ~ is the home, and its first prompt; one step back is one step back", () => {
  const board = dashboard();
  board.press("N", "Tab", "Enter", "Ctrl+U");
  for (const key of "relative") board.press(key);
  board.press("Enter");
  assertMatch(board.text, /an absolute path, or one that begins with ~\//);
  board.press("Ctrl+U", "~", "/", "w", "Enter");
  assertMatch(board.text, /a new session with other in ~\/w:/);
  board.press("Escape");
  assertMatch(board.text, /folder: ~\/w/);
  const effect = board.press("Enter", "h", "i", "Enter");
  assertEquals(effect?.kind === "submit" && effect.prompt, { agent: "other", cwd: "/home/you/w", text: "hi" });
});

Deno.test("V4 in Jobs x asks before it cancels, r begins a run, e switches; keys of a paste do nothing", () => {
  const board = dashboard();
  board.press("4");
  assertMatch(board.current, /● own +mine +now the tests/);
  assertEquals(board.press("x"), undefined);
  assertMatch(board.text, /Cancel the turn of own\?/);
  assertEquals(board.press("y"), undefined, "nobody has read it");
  assertEquals(board.waits().press("y"), {
    kind: "tell_work",
    tells: "turn.cancel",
    id: "c",
    said: "own: the turn is told to end",
  });
  while (!board.current.includes("links")) board.press("j");
  const tells = (key: string) => {
    const effect = board.press(key);
    return effect?.kind === "tell_work" ? `${effect.tells} ${effect.id}` : undefined;
  };
  assertEquals([tells("r"), tells("e"), tells("x")], ["job.run links", "job.disable links", undefined]);
  board.press("G");
  assertEquals(tells("e"), "job.enable 夜間バックアップ");
  board.pressTogether("r");
  assertMatch(board.text, /keys that come together/);
  board.press("/", ..."status:failed".split(""), "Enter");
  assertMatch(board.text, /FAILED/);
  assert(!board.text.includes("RUNNING"));
  board.loses("the daemon is gone");
  assertEquals(tells("r"), undefined);
});

Deno.test("V4 what came of a job is asked for behind its event, and a time that passed without one, not again and again", () => {
  const { state, now } = dashboard();
  const { work } = state;
  assert(!work.takeOld(now, true));
  state.hear({ kind: "event", event: { seq: 9, type: "job.ended", data: { jobId: "links" } } }, now);
  assert(work.takeOld(now, false));
  assert(!work.takeOld(now, false));
  const late = now + 95_000;
  assert(!work.takeOld(late, false), "nobody sees its times");
  assert(work.takeOld(late, true));
  assert(!work.takeOld(late + 1000, true));
  assert(work.takeOld(late + 40_000, true));
});

Deno.test("V4 the list of turns and jobs is drawn again by the second only while it shows seconds", () => {
  const minutes = dashboard({ columns: 120, rows: 32 }, []);
  minutes.state.work.jobs = [job("links", { nextRun: ago(-7200) })];
  minutes.press("4");
  const { shown, texts } = minutes.draw();
  assert(untilNextChange(shown, minutes.now, texts) > 1000);
  const board = dashboard();
  board.press("4");
  const frame = board.draw();
  assert(untilNextChange(frame.shown, board.now, frame.texts) <= 1000);
});
