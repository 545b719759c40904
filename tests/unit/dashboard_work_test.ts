/**
 * V2, V6: the dashboard's list of turns and jobs, conversations and prompts; their pictures are written as those of
 * dashboard_screens_test.ts are.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { untilNextChange } from "../../src/dashboard/ticks.ts";
import { compareScreen, SCREEN_SIZES, screenSize } from "../support/dashboard_screens.ts";
import { goTo, type TestDashboard } from "../support/dashboard_story.ts";
import { ago, jobTold, OWN, STORY, turnTold, workDashboard } from "../support/work_story.ts";

Deno.env.set("TZ", "UTC");
const PICTURES: Readonly<Record<string, (board: TestDashboard) => void>> = {
  jobs: (board) => void board.press("4"),
  job: (board) => {
    board.press("4");
    while (!board.current.includes("backup")) board.press("j");
    board.press("Enter");
  },
  job_waits: (board) => {
    board.press("4");
    const lastRun = { runId: "2", turnId: "c", dueAt: null, startedAt: ago(90) };
    const action = { kind: "prompt", agent: "mine", cwd: "/home/you/web", text: "now the tests" };
    board.state.work.jobs = [jobTold("tests", { action, running: true, lastRun }), jobTold("links")];
    const waiting = { for: "permission", text: "Bash: deno test" };
    board.event("session.updated", { session: { ...OWN, title: "own", status: "waiting", waiting } });
    board.press("k");
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
      const board = workDashboard(screenSize(size));
      paint(board);
      compareScreen(`dashboard-${name}-${size}`, board);
    });
  }
}

Deno.test("V6 the detail of a session that the daemon runs is its conversation, and its end stays on the screen while it comes", () => {
  const board = goTo(workDashboard(), "own");
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

Deno.test("V6 a prompt goes to a session that the daemon runs; a pasted one keeps its lines, and what is refused stays", () => {
  const board = goTo(workDashboard(), "own");
  board.press("i");
  board.keys.paste("one\ntwo", board.now);
  board.press("\\", "Enter", "x");
  const effect = board.press("Enter");
  assertEquals(effect?.kind, "submit");
  if (effect?.kind !== "submit") return;
  assertEquals(effect.prompt, { sessionId: OWN.id, text: "one\ntwo\nx" });
  board.press("Escape");
  assertMatch(board.press("i") === undefined ? board.text : "", /two/, "what was left is there again");
  board.press("Escape");
  effect.page.refused("the daemon is busy");
  board.state.open(effect.page as never);
  assertStringIncludes(board.text, "the daemon is busy");
  assertEquals(board.press("Enter")?.kind, "submit");
});

Deno.test("V6 a session that the daemon does not run, and one that has ended, say why they take no prompt", () => {
  const board = workDashboard({ columns: 200, rows: 32 });
  const other = STORY.sessions.find(({ status, id }) => status === "idle" && id !== OWN.id)!;
  board.state.board.goTo(other.id, board.now);
  board.waits().press("i");
  assertStringIncludes(
    board.text,
    `the session ${other.id} is not one that the daemon runs; agent-console go ${other.id} brings its terminal to the front`,
  );
  assert(!/\bi prompt\b/.test(board.lines.at(-1) ?? ""));
  board.press("N", "Tab", "Enter");
  board.press(..."/x".split(""));
  assertMatch(board.text, /folder: .*\/x▏/);
});

Deno.test("V6 a new session: an agent, a folder in which ~ is the home, and its first prompt; one step back is one step back", () => {
  const board = workDashboard();
  board.press("N", "Tab", "Enter", "Ctrl+U");
  for (const key of "relative") board.press(key);
  board.press("Enter");
  assertMatch(board.text, /an absolute path, or one that begins with ~\//);
  board.press("Ctrl+U", "~", "/", "w", "Enter");
  assertMatch(board.text, /a new session with other in ~\/w:/);
  board.press("Escape");
  assertMatch(board.text, /folder: ~\/w/);
  board.press("Enter", "x", "Escape", "Escape", "Escape", "N", "Enter", "Enter");
  assertMatch(board.text, /a new session with other in ~\/w:[^]* x▏/, "what was left is there again");
  board.press("Backspace", "Escape");
  const effect = board.press("Enter", "h", "i", "Enter");
  assertEquals(effect?.kind === "submit" && effect.prompt, { agent: "other", cwd: "/home/you/w", text: "hi" });
});

Deno.test("V6 in Jobs x asks before it cancels, r begins a run, e switches; keys of a paste do nothing", () => {
  const board = workDashboard();
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

Deno.test("V6 what came of a job is asked for behind its event, and a time that passed without one, not again and again", () => {
  const { state, now } = workDashboard();
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

Deno.test("V6 the folder of a job is short in the list and in its detail", () => {
  const board = workDashboard({ columns: 200, rows: 32 }, []);
  const action = { kind: "prompt", agent: "mine", cwd: "/home/you/web", text: "tidy up" };
  board.state.work.jobs = [jobTold("tidy", { action })];
  board.press("4");
  assertMatch(board.current, /mine · ~\/web · tidy up/);
  assertMatch(board.text, /prompt mine · ~\/web · tidy up/);
  assert(!board.text.includes("/home/you"), board.text);
});

Deno.test("V6 the list of turns and jobs is drawn again by the second only while it shows seconds", () => {
  const minutes = workDashboard({ columns: 120, rows: 32 }, []);
  minutes.state.work.jobs = [jobTold("links", { nextRun: ago(-7200) })];
  minutes.press("4");
  const { shown, texts } = minutes.draw();
  assert(untilNextChange(shown, minutes.now, texts) > 1000);
  const board = workDashboard();
  board.press("4");
  const frame = board.draw();
  assert(untilNextChange(frame.shown, board.now, frame.texts) <= 1000);
});

Deno.test("V6 a prompt over a page goes back to it; a job's page names its keys", () => {
  const board = goTo(workDashboard(), "own");
  board.press("Enter");
  assertMatch(board.lines.at(-1) ?? "", /i prompt/);
  board.press("i", "h");
  assertMatch(board.text, /─ ● own · claude ─[^]*› make the login page[^]*prompt for own.*:[^]*h▏/);
  board.press("Escape");
  assertMatch(board.lines.at(-1) ?? "", /Esc back.*i prompt/);
  board.press("Escape", "4");
  while (!board.current.includes("links")) board.press("j");
  board.press("Enter");
  assertMatch(board.lines.at(-1) ?? "", /r run now +e disable/);
  assertEquals(board.press("r")?.kind, "tell_work");
});

Deno.test("V6 a new session whose agent does not begin says so, and one that begins becomes the current row", () => {
  const board = workDashboard();
  const submit = (id: string) => {
    const { startedAt: _, endedAt: __, ...fresh } = turnTold(id, {
      status: "queued",
      sessionId: null,
      reply: "",
      tools: [],
    });
    board.event("turn.submitted", { id, turn: fresh, sessionId: null });
    board.state.work.sent = { turnId: id, isNew: true };
  };
  submit("e");
  const error = "the agent mine: it has ended: exit code 3";
  board.event("turn.ended", { turnId: "e", sessionId: null, status: "failed", error });
  assertStringIncludes(board.text, error);
  submit("f");
  const begun = { ...OWN, id: "s-new", title: "fresh", startedAt: ago(0), since: ago(0) };
  const waits = board.state.board.items.some(({ asks }) => asks?.approval !== undefined);
  board.event("session.changed", { session: begun });
  board.event("turn.started", { turnId: "f", sessionId: "s-new" });
  board.draw();
  assert(!waits && board.current.includes("fresh"), board.current);
});
