/** The dashboard with little: few rows, no sessions, nobody who waits. It says what is so, and offers only what works. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { RISK_LOOKS, STATE_LOOKS } from "../../src/view/states.ts";
import { WORK_LOOKS } from "../../src/view/work_looks.ts";
import { TestDashboard } from "../support/dashboard_story.ts";
import { playedStory } from "../support/story_desk.ts";

Deno.env.set("TZ", "UTC");
const STORY = await playedStory();
const PUSH = STORY.approvals.find(({ input }) => input === "git push")!;
const QUIET = STORY.sessions.filter(({ status }) => status === "idle");
const SHOP = STORY.sessions.filter(({ id }) => id === PUSH.sessionId);

Deno.test("V2 dashboard: where it shows only who needs a person, idle sessions are no missing ones", () => {
  const board = new TestDashboard({ ...STORY, sessions: QUIET, approvals: [] }, { size: { columns: 39, rows: 20 } });
  assertMatch(board.text, /Nobody waits for you\./);
  assert(!board.text.includes("No sessions"));
});

Deno.test("V2 dashboard: without sessions it says what brings them, and offers only keys that do something", () => {
  for (const [columns, rows] of [[120, 32], [60, 20], [40, 12], [30, 12]] as const) {
    const board = new TestDashboard({ ...STORY, sessions: [], approvals: [] }, { size: { columns, rows } });
    assertMatch(board.text.replaceAll(/\s+/g, " "), /No sessions\..*agent-console onboard/);
    assertEquals(board.lines.at(-1)?.trim(), "Tab view  ? help  q quit");
  }
});

Deno.test("V2 dashboard: the foot offers a yes only where it would count, else what leads there", () => {
  const input = `git push && ${"echo and so on ".repeat(30)}`;
  for (const [columns, rows] of [[120, 32], [80, 24], [40, 12], [20, 6], [30, 5]] as const) {
    for (const approval of [PUSH, { ...PUSH, input }]) {
      const board = new TestDashboard({ ...STORY, sessions: SHOP, approvals: [approval] }, { size: { columns, rows } });
      const foot = board.waits().lines.at(-1) ?? "";
      const does = board.press("a");
      assertEquals(foot.includes("a yes"), does?.kind === "decide", `${columns}x${rows}: ${board.text}`);
      if (does === undefined) assertMatch(foot, /v read it/);
    }
  }
});

Deno.test("V2 dashboard: rows that the list leaves free show what is asked, and it can be allowed there", () => {
  for (const size of [{ columns: 24, rows: 10 }, { columns: 40, rows: 12 }]) {
    const board = new TestDashboard({ ...STORY, sessions: SHOP, approvals: [PUSH] }, { size });
    assertMatch(board.text, /Bash: git push/);
    assertEquals(board.press("a"), undefined, "nobody has read it");
    assertEquals(board.waits().press("a")?.kind, "decide");
  }
});

Deno.test("V2 dashboard: the help explains each sign and mark that a row may have", () => {
  const board = new TestDashboard(STORY, { size: { columns: 120, rows: 60 } });
  board.press("?");
  const signs = [...Object.values(STATE_LOOKS), ...Object.values(RISK_LOOKS), WORK_LOOKS.due].map(({ sign }) => sign);
  for (const sign of [...signs, "(stale)", "(unproven)", "manual"]) {
    assert(board.lines.some((line) => line.includes(` ${sign} `)), sign);
  }
  assertMatch(board.text, /else 1-4 turn to a view/);
});

Deno.test("V2 dashboard: of a daemon that somebody stopped it says what brings it back", () => {
  const board = new TestDashboard(STORY);
  board.loses("the daemon stopped");
  assertMatch(board.text, /the daemon stopped; agent-console daemon start brings it back · this is of /);
});
