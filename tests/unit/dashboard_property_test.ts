/** V2, A4: whatever agents send, whatever the size and whatever is pressed, a frame is a frame and answers only what was read. */
import { assert, assertEquals } from "@std/assert";
import stringWidth from "fast-string-width";
import * as fc from "fast-check";
import { plainText } from "../../src/dashboard/rows.ts";
import type { Approval } from "../../src/domain/approval.ts";
import type { SessionView } from "../../src/domain/query.ts";
import { READING_MS } from "../../src/view/reading.ts";
import { VIEWS } from "../../src/view/views.ts";
import type { TurnTold } from "../../src/view/live_turns.ts";
import type { JobTold } from "../../src/view/work_items.ts";
import { type Feed, TestDashboard } from "../support/dashboard_story.ts";

const NOW = Date.parse("2026-11-20T10:00:00.000Z");
/** What a terminal or the eye would obey. */
// deno-lint-ignore no-control-regex
const RAW = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;
const RUNS = Deno.env.get("AC_LONG") === "1" ? 2000 : 20;

const hostile = fc.oneof(
  fc.constantFrom(
    "\u001b[2J\u001b]52;c;aGk=\u0007",
    "\u009b31mred\u009c",
    "\u202egnp.exe\u2066 \u200b",
    "日本語のとても長い題名".repeat(20),
    "👩‍👩‍👧‍👦🏳️‍🌈 e\u0301\u0301\u0301\u0301",
    "x ".repeat(5_000),
    "a\nb\r\nc\td",
    "",
    "\ud800",
  ),
  fc.string({ unit: "binary", maxLength: 60 }),
);

const approvalOf = (id: string) =>
  fc.record({
    text: hostile,
    detail: fc.option(hostile, { nil: undefined }),
    why: fc.option(hostile, { nil: undefined }),
    risk: fc.constantFrom("reads", "writes", "network", "destroys", "unknown"),
    kind: fc.constantFrom("permission", "question", "plan", "elicitation"),
    options: fc.array(hostile, { maxLength: 12 }),
    multiple: fc.boolean(),
    missing: fc.option(fc.nat(9000), { nil: undefined }),
    left: fc.integer({ min: -5, max: 100_000 }),
  }).map(({ text, detail, why, risk, kind, options, multiple, missing, left }) => ({
    id: `q${id}`,
    sessionId: id,
    agent: "mine",
    cwd: `/home/u/${text}`,
    for: kind,
    tool: text.slice(0, 40),
    input: text,
    risk,
    ...(detail === undefined ? {} : { detail }),
    ...(why === undefined ? {} : { reasoning: why }),
    ...(missing === undefined ? {} : { missing }),
    ...(kind === "question" ? { choices: [{ question: text, options, multiple }] } : {}),
    requestedAt: new Date(NOW - 5000).toISOString(),
    deadline: new Date(NOW + left * 1000).toISOString(),
    status: "pending",
    pending: {},
  } as unknown as Approval));

const sessionOf = (id: string) =>
  fc.record({
    text: hostile,
    title: fc.option(hostile, { nil: undefined }),
    status: fc.constantFrom("waiting", "working", "idle", "error", "starting", "closed"),
    age: fc.nat(100_000),
  }).map(({ text, title, status, age }) => ({
    id,
    agent: text.slice(0, 30) || "mine",
    ...(title === undefined ? {} : { title }),
    cwd: `/home/u/${text}`,
    gitBranch: text,
    model: text,
    lastPrompt: text,
    status,
    starting: {},
    waiting: { for: "permission", text },
    working: { tool: { name: "Bash", text }, subagents: 1 },
    idle: { lastMessage: text },
    error: { kind: "unknown", text },
    closed: { reason: text, reopenable: { command: [text] } },
    terminal: { program: text, windowId: text },
    startedAt: new Date(NOW - age * 1000).toISOString(),
    since: new Date(NOW - age * 1000).toISOString(),
    lastEventAt: new Date(NOW).toISOString(),
    cost: { usd: age / 7, contextPercent: age % 200 },
    priority: 0,
    tags: [],
    turnCount: 1,
    subagents: 0,
    stale: false,
    lost: age % 7 === 0,
    unproven: age % 5 === 0,
  } as unknown as SessionView));

const feed: fc.Arbitrary<Feed> = fc.tuple(
  fc.tuple(...Array.from({ length: 6 }, (_, at) => sessionOf(`s${at}`))),
  fc.tuple(...Array.from({ length: 4 }, (_, at) => approvalOf(`s${at + (at === 3 ? 40 : 0)}`))),
).map(([sessions, approvals]) => ({ sessions, approvals, now: NOW }));

const STATES = ["queued", "running", "finished", "cancelled", "failed"] as const;
const turnOf = (id: string) =>
  fc.tuple(hostile, fc.constantFrom(...STATES), fc.nat(9)).map(([text, status, at]): TurnTold => ({
    id,
    agent: text,
    sessionId: at > 5 ? null : `s${at}`,
    cwd: text,
    source: text,
    prompt: text,
    status,
    submittedAt: new Date(NOW - at * 1000).toISOString(),
    endedAt: new Date(NOW).toISOString(),
    ...(at === 3 ? {} : { reply: text, tools: [{ id: "t", name: text, text, status: text }] }),
    plan: [{ text, status: text }],
    stopReason: text,
    error: text,
  }));
const jobOf = (id: string) =>
  fc.tuple(hostile, fc.boolean(), fc.boolean(), fc.nat(9)).map(([text, enabled, running, at]): JobTold => ({
    id: `${id}${text}`,
    schedule: text,
    timezone: "UTC",
    action: { kind: text, program: text } as JobTold["action"],
    missed: "skip",
    overlap: "skip",
    cooldownSecs: at,
    jitterSecs: at,
    maxRuns: at,
    enabled,
    runs: at,
    running,
    queued: at === 4,
    nextRun: at === 5 ? null : new Date(NOW + at * 1000).toISOString(),
    lastRun: {
      runId: "1",
      dueAt: null,
      startedAt: new Date(NOW).toISOString(),
      outcome: text,
      problem: text,
      stdout: text,
    },
    ...(at === 6 ? { trouble: text } : {}),
    skipped: { dueAt: new Date(NOW).toISOString(), why: text },
  }));
const work = fc.record({
  turns: fc.tuple(...Array.from({ length: 6 }, (_, at) => turnOf(`t${at}`))),
  jobs: fc.tuple(...Array.from({ length: 4 }, (_, at) => jobOf(`j${at}`))),
  agents: fc.array(hostile, { maxLength: 3 }),
});

const size = fc.record({ columns: fc.integer({ min: 1, max: 220 }), rows: fc.integer({ min: 1, max: 70 }) });
const KEYS = [
  ..."aAdDyn1234?/ vxRpcorqgGjkieN\\",
  "Enter",
  "Escape",
  "Tab",
  "Space",
  "Up",
  "Down",
  "PageDown",
  "End",
  "Home",
  "Backspace",
  "Left",
];
const keys = fc.array(fc.constantFrom(...KEYS), { maxLength: 25 });

function assertFrame(board: TestDashboard): void {
  const { columns, rows } = board.size;
  const frame = board.draw();
  assertEquals(frame.rows.length, rows);
  for (const line of frame.rows.map(plainText)) {
    assert(stringWidth(line) <= columns, `${columns}×${rows}, ${stringWidth(line)}: ${JSON.stringify(line)}`);
    assert(!RAW.test(line), JSON.stringify(line));
    assert(line.isWellFormed());
  }
  assert(!RAW.test(frame.title));
}

Deno.test("V2 A4 the dashboard: any size, any hostile text and any keys make frames of exactly that size, without harm", () => {
  fc.assert(
    fc.property(feed, work, size, keys, fc.constantFrom(...VIEWS), (fed, { turns, jobs, agents }, size, keys, view) => {
      const board = new TestDashboard(fed, { size, view });
      Object.assign(board.state.work, { jobs, agents });
      board.snapshot(fed.sessions, fed.approvals, turns);
      assertFrame(board);
      for (const key of keys) {
        board.waits(500);
        board.press(key === " " ? "Space" : key);
        assertFrame(board);
      }
      board.loses("the daemon\u001b is gone");
      assertFrame(board);
    }),
    { numRuns: RUNS },
  );
});

Deno.test("V2 the dashboard: whatever is pressed in the first 400 ms answers nothing, at any size", () => {
  fc.assert(
    fc.property(feed, size, keys, (fed, size, keys) => {
      const board = new TestDashboard({ ...fed, approvals: [] }, { size }).waits(5000);
      for (const approval of fed.approvals) board.event("approval.requested", { approval });
      for (const key of keys.slice(0, 15)) {
        board.now += Math.floor((READING_MS - 1) / 16);
        const effect = board.press(key === " " ? "Space" : key);
        assert(effect?.kind !== "decide", `${key} answers`);
      }
    }),
    { numRuns: RUNS },
  );
});

Deno.test("V2 the dashboard: an answer goes to a request that is open and was under the mark, or was marked", () => {
  fc.assert(
    fc.property(feed, size, keys, (fed, size, keys) => {
      const board = new TestDashboard(fed, { size });
      const marked = new Set<string>();
      for (const key of keys) {
        board.waits(500);
        const under = board.state.page?.approval?.id ?? board.state.board.asked?.id;
        for (const id of board.state.marked) marked.add(id);
        const effect = board.press(key === " " ? "Space" : key);
        if (effect?.kind !== "decide") continue;
        for (const { id } of effect.approvals) {
          assert(id === under || marked.has(id), `${id} was not in sight`);
          assert(board.state.live.approval(id)?.status === "pending");
        }
      }
    }),
    { numRuns: RUNS },
  );
});
