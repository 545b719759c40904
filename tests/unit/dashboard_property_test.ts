/** V2, A4: whatever agents send, whatever the size and whatever is pressed, a frame is a frame and answers only what was read. */
import { assert, assertEquals } from "@std/assert";
import stringWidth from "fast-string-width";
import * as fc from "fast-check";
import { plainText } from "../../src/dashboard/rows.ts";
import { READING_MS } from "../../src/view/reading.ts";
import { VIEWS } from "../../src/view/views.ts";
import type { TurnTold } from "../../src/view/live_turns.ts";
import type { JobTold } from "../../src/view/work_items.ts";
import { type Feed, TestDashboard } from "../support/dashboard_story.ts";
import { HOSTILE_NOW, hostileApproval, hostileSession, hostileText, RAW_CHARACTERS } from "../support/hostile_rows.ts";

const RUNS = Deno.env.get("AC_LONG") === "1" ? 2000 : 20;

const feed: fc.Arbitrary<Feed> = fc.tuple(
  fc.tuple(...Array.from({ length: 6 }, (_, at) => hostileSession(`s${at}`))),
  fc.tuple(...Array.from({ length: 4 }, (_, at) => hostileApproval(`s${at + (at === 3 ? 40 : 0)}`))),
).map(([sessions, approvals]) => ({ sessions, approvals, now: HOSTILE_NOW }));

const STATES = ["queued", "running", "finished", "cancelled", "failed"] as const;
const turnOf = (id: string) =>
  fc.tuple(hostileText, fc.constantFrom(...STATES), fc.nat(9)).map(([text, status, at]): TurnTold => ({
    id,
    agent: text,
    sessionId: at > 5 ? null : `s${at}`,
    cwd: text,
    source: text,
    prompt: text,
    status,
    submittedAt: new Date(HOSTILE_NOW - at * 1000).toISOString(),
    endedAt: new Date(HOSTILE_NOW).toISOString(),
    ...(at === 3 ? {} : { reply: text, tools: [{ id: "t", name: text, text, status: text }] }),
    plan: [{ text, status: text }],
    stopReason: text,
    error: text,
  }));
const jobOf = (id: string) =>
  fc.tuple(hostileText, fc.boolean(), fc.boolean(), fc.nat(9)).map(([text, enabled, running, at]): JobTold => ({
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
    nextRun: at === 5 ? null : new Date(HOSTILE_NOW + at * 1000).toISOString(),
    lastRun: {
      runId: "1",
      dueAt: null,
      startedAt: new Date(HOSTILE_NOW).toISOString(),
      outcome: text,
      problem: text,
      stdout: text,
    },
    ...(at === 6 ? { trouble: text } : {}),
    skipped: { dueAt: new Date(HOSTILE_NOW).toISOString(), why: text },
  }));
const work = fc.record({
  turns: fc.tuple(...Array.from({ length: 6 }, (_, at) => turnOf(`t${at}`))),
  jobs: fc.tuple(...Array.from({ length: 4 }, (_, at) => jobOf(`j${at}`))),
  agents: fc.array(hostileText, { maxLength: 3 }),
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
    assert(!RAW_CHARACTERS.test(line), JSON.stringify(line));
    assert(line.isWellFormed());
  }
  assert(!RAW_CHARACTERS.test(frame.title));
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
