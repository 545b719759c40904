/** The turns and jobs of a window: kept from a snapshot and events, listed in groups, told in words. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parseFilter } from "../../src/view/filter_text.ts";
import { LiveTurns, type TurnTold } from "../../src/view/live_turns.ts";
import { jobDetail, lacksTexts, runTexts, turnTexts } from "../../src/view/work_detail.ts";
import {
  actionText,
  countEndable,
  type JobTold,
  tellsOfJobs,
  type WorkSources,
  workView,
} from "../../src/view/work_items.ts";
import { WORK_LOOKS } from "../../src/view/work_looks.ts";
import { turnCounts } from "../../src/view/turn_words.ts";

Deno.env.set("TZ", "UTC");
const NOW = Date.parse("2026-11-20T14:00:00Z");
const ago = (secs: number) => new Date(NOW - secs * 1000).toISOString();

function turn(id: string, more: Partial<TurnTold> = {}): TurnTold {
  return {
    id,
    agent: "mine",
    sessionId: "s1",
    cwd: "/home/you/web",
    source: "cli",
    prompt: "make it work\nplease",
    status: "running",
    submittedAt: ago(60),
    startedAt: ago(50),
    ...more,
  };
}

function job(id: string, more: Partial<JobTold> = {}): JobTold {
  return {
    id,
    schedule: "*/5 * * * *",
    timezone: "UTC",
    action: { kind: "program", program: id } as JobTold["action"],
    missed: "skip",
    overlap: "skip",
    cooldownSecs: 0,
    jitterSecs: 0,
    maxRuns: null,
    enabled: true,
    runs: 1,
    running: false,
    queued: false,
    nextRun: ago(-90),
    ...more,
  };
}

const chunk = (turnId: string, text: string, seq: number) => ({
  seq,
  type: "turn.chunk",
  data: { turnId, sessionId: "s1", kind: "text", text },
});

Deno.test("V6 a turn is what its events say, from its prompt to its end; what a snapshot has told is not told again", () => {
  const live = new LiveTurns();
  live.snapshot(10, { turns: [turn("old", { status: "finished", endedAt: ago(30) })] });
  assert(!live.event(chunk("old", "late", 10)));
  const { startedAt: _, ...fresh } = turn("new", { status: "queued", sessionId: null, reply: "", tools: [] });
  live.event({ seq: 11, type: "turn.submitted", data: { id: "new", turn: fresh, sessionId: null } });
  live.event({ seq: 12, ts: ago(40), type: "turn.started", data: { turnId: "new", sessionId: "s2" } });
  live.event(chunk("new", "half ", 13));
  const tool = (status: string) => ({ turnId: "new", tool: { id: "t", name: "Bash", text: "ls", status } });
  live.event({ seq: 14, type: "turn.tool", data: tool("pending") });
  live.event({ seq: 15, type: "turn.tool", data: tool("completed") });
  live.event({ ...chunk("new", "a thought", 16), data: { ...chunk("new", "a thought", 16).data, kind: "thought" } });
  live.event(chunk("new", "done", 17));
  const ended = { turnId: "new", sessionId: "s2", status: "finished", stopReason: "max_tokens" };
  live.event({ seq: 18, ts: ago(10), type: "turn.ended", data: ended });
  const [after] = live.ofSession("s2");
  assertEquals([after?.status, after?.reply, after?.tools?.length], ["finished", "half done", 1]);
  const texts = turnTexts(after!, NOW, { reply: 100, tools: 5 });
  assertEquals(texts.head, "13:59:00 · mine · finished 30s");
  assertEquals(texts.prompt, ["make it work", "please"]);
  assertEquals(texts.tools.map(({ sign, text }) => `${sign} ${text}`), ["✓ Bash: ls"]);
  assertEquals(texts.end, ["the agent ended its turn early: max tokens"]);
});

Deno.test("R4 a call that has no end when its turn is over, or a daemon ended in it, runs no more; it went on once it is started again", () => {
  const live = new LiveTurns();
  live.snapshot(1, { turns: [] });
  live.event({ seq: 2, type: "turn.submitted", data: { turn: turn("a", { reply: "", tools: [] }) } });
  const call = (seq: number, id: string, status: string) =>
    live.event({ seq, type: "turn.tool", data: { turnId: "a", tool: { id, name: "Bash", status } } });
  const shown = () => turnTexts(live.get("a")!, NOW, { reply: 100, tools: 5 }).tools.map(({ sign }) => sign).join("");
  call(3, "t1", "completed");
  call(4, "t2", "pending");
  assertEquals(shown(), "✓●");
  live.event({ seq: 5, type: "turn.resumed", data: { turnId: "a", sessionId: "s1" } });
  assertEquals([shown(), live.get("a")?.interrupted, live.get("a")?.resumed], ["✓–", true, undefined]);
  live.event({ seq: 6, ts: ago(5), type: "turn.started", data: { turnId: "a", sessionId: "s1" } });
  assertEquals(live.get("a")?.resumed, true);
  call(7, "t3", "in_progress");
  live.event({ seq: 8, type: "turn.ended", data: { turnId: "a", sessionId: "s1", status: "finished" } });
  assertEquals(shown(), "✓––");
});

Deno.test("V6 an answer to turn.recent and the events around it make one text, whichever comes first", () => {
  const live = new LiveTurns();
  live.snapshot(1, { turns: [turn("a")] });
  assert(lacksTexts(live.get("a")!));
  live.event(chunk("a", "lost until it is read ", 2));
  const take = live.reading();
  for (const [text, seq] of [["two ", 3], ["three ", 4], ["four", 5]] as const) live.event(chunk("a", text, seq));
  take({ seq: 3, turns: [turn("a", { reply: "one two ", tools: [] })] });
  assertEquals(live.get("a")?.reply, "one two three four");
  const stale = live.reading();
  live.snapshot(9, { turns: [] });
  stale({ seq: 6, turns: [turn("a", { reply: "of before" })] });
  assertEquals(live.get("a"), undefined);
});

Deno.test("V6 what is kept of turns is bounded", () => {
  const live = new LiveTurns();
  for (let i = 0; i < 400; i++) {
    const one = turn(`t${i}`, { reply: "", tools: [], submittedAt: ago(1000 - i) });
    live.event({ type: "turn.submitted", data: { turn: one } });
    live.event(chunk(one.id, "x".repeat(70_000), i));
    live.event({ type: "turn.ended", data: { turnId: one.id, sessionId: "s1", status: "finished" } });
  }
  assertEquals(live.all.length, 200);
  assert(live.all.filter(({ reply }) => reply !== undefined).length <= 21);
  assertEquals(live.all.at(-1)?.reply?.length, 65_536);
});

Deno.test("V6 the list has what runs first, then what waits, failed, comes next, has ended and is off", () => {
  const sources: WorkSources = {
    turns: [
      turn("q", { status: "queued", prompt: "later" }),
      turn("r"),
      turn("f", { status: "failed", error: "the agent mine: it has ended", endedAt: ago(20) }),
      turn("d", { status: "finished", endedAt: ago(5), sessionId: "gone" }),
      turn("old", { status: "finished", endedAt: ago(90_000) }),
    ],
    jobs: [
      job("backup", {
        lastRun: { runId: "1", dueAt: null, startedAt: ago(9), endedAt: ago(8), outcome: "failed", code: 1 },
      }),
      job("links", { nextRun: ago(-30) }),
      job("hourly", { nextRun: ago(-3600) }),
      job("never", { enabled: false, nextRun: null }),
      job("report", { running: true, lastRun: { runId: "2", dueAt: null, startedAt: ago(3) } }),
      job("torn", { trouble: "no program is named torn\u001b[31m" }),
    ],
    sessions: [{ id: "s1", agent: "mine", cwd: "/home/you/web", status: "working" }],
  };
  const view = workView(sources, NOW);
  assertEquals(
    view.groups.map((
      { title, items },
    ) => [title, ...items.map(({ name, about, time }) => `${name} | ${about} | ${time}`)]),
    [
      ["RUNNING", "web | make it work | 50s", "report | */5 * * * * | 3s"],
      ["QUEUED", "web | later | 50s"],
      [
        "FAILED",
        "backup | failed: exit code 1 8s ago · */5 * * * * | in 1m",
        "web | the agent mine: it has ended · make it work | 20s",
        "torn | no program is named torn\\x1b[31m · */5 * * * * | in 1m",
      ],
      ["NEXT", "links | */5 * * * * | in 30s", "hourly | */5 * * * * | in 1h00m"],
      ["ENDED", "mine | make it work | 5s"],
      ["OFF", "never | */5 * * * * · disabled | "],
    ],
  );
  assertEquals([countEndable(sources), view.hidden, view.items.length], [3, 0, 10]);
  const filtered = workView(
    { turns: [turn("r")], jobs: [job("links")], sessions: [] },
    NOW,
    parseFilter("status:due").passesWork,
  );
  assertEquals([filtered.items.map(({ id }) => id), filtered.hidden], [["job links"], 1]);
});

Deno.test("V6 a turn and a job whose session waits for a person need you, before all else", () => {
  const lastRun = { runId: "2", turnId: "r", dueAt: null, startedAt: ago(3) };
  const sources = (status: "working" | "waiting"): WorkSources => ({
    turns: [turn("r"), turn("q", { status: "queued" }), turn("o", { sessionId: "s2" })],
    jobs: [job("review", { running: true, lastRun }), job("over", { lastRun: { ...lastRun, outcome: "succeeded" } })],
    sessions: [
      { id: "s1", agent: "mine", cwd: "/home/you/web", status },
      { id: "s2", agent: "mine", cwd: "/home/you/shop", status: "working" },
    ],
  });
  const groups = (text: string, status: "working" | "waiting" = "waiting") =>
    workView(sources(status), NOW, parseFilter(text).passesWork).groups.map(({ title, items }) =>
      [title, ...items.map(({ id, state, time }) => `${id} ${WORK_LOOKS[state].word} ${time}`)].join(", ")
    );
  assertEquals(groups(""), [
    "NEEDS YOU, turn r waiting 50s, job review waiting 3s",
    "RUNNING, turn o running 50s",
    "QUEUED, turn q queued 50s",
    "NEXT, job over due in 1m",
  ]);
  assertEquals(groups("status:waiting").length, 1);
  assertEquals(groups("", "working")[0], "RUNNING, turn r running 50s, turn o running 50s, job review running 3s");
  assertEquals(countEndable(sources("waiting")), 4);
});

Deno.test("V6 the jobs are asked for again behind what is told of them, and of turns that they may have submitted", () => {
  const types = ["job.ended", "turn.submitted", "turn.ended", "session.updated"];
  assertEquals(types.map((type) => tellsOfJobs({ type })), [true, true, false, false]);
});

Deno.test("V6 A4 a job and its runs in words, with what they printed made harmless", () => {
  const { facts, heading, look } = jobDetail(job("links", { skipped: { dueAt: ago(60), why: "quiet_hours" } }), {
    now: NOW,
    state: "due",
  });
  assertEquals([heading, look.word], [["program links"], "due"]);
  assertEquals(facts.map(({ label, text }) => `${label}: ${text}`), [
    "schedule: */5 * * * * UTC",
    "next: Fri 2026-11-20 14:01:30 +00:00 · in 1m",
    "skipped: 2026-11-20 13:59:00 +00:00: quiet hours",
    "policy: missed skip, overlap skip",
  ]);
  const run = {
    runId: "1",
    dueAt: null,
    startedAt: ago(9),
    endedAt: ago(7),
    outcome: "timed_out",
    stdout: "a\n\u001b[2Jb",
  };
  const texts = runTexts(run, NOW);
  assertStringIncludes(texts.head, "timed out · took 2s, by hand");
  assertEquals(texts.output, ["a", "\\x1b[2Jb"]);
});

Deno.test("A4 V6 what a job does is shown escaped, each part of it", () => {
  const action = { kind: "prompt\x1b[2J", agent: "a\x07", cwd: "/home/u/web", text: "two\nlines\x1b]52;c;aGk=\x07" };
  const text = actionText({ action }, "/home/u");
  // deno-lint-ignore no-control-regex
  assert(!/[\u0000-\u001f]/.test(text), JSON.stringify(text));
  assertStringIncludes(text, " · ~/web · two lines");
});

Deno.test("A4 an agent that has said nothing for five minutes is named in status, the longest first; a shorter silence is work", () => {
  const quiet = [
    { sessionId: "a1b2c3d4e5", agent: "mine", secs: 299 },
    { sessionId: "b2c3d4e5f6", agent: "mine", secs: 300 },
    { sessionId: "c3d4e5f6a7", agent: "other\x1b", secs: 733 },
  ];
  assertEquals(
    turnCounts({ running: 3, queued: 1, agents: ["mine"], quiet }),
    "3 running · 1 queued · other\\x1b (c3d4e5f6): no word for 12m · mine (b2c3d4e5): no word for 5m · agents: mine",
  );
  assertEquals(turnCounts({ running: 0, queued: 0, agents: [] }), "none runs");
});
