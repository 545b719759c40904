/** The keys of the dashboard: each does what the table says, and none answers what nobody has read. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Approval } from "../../src/domain/approval.ts";
import { READING_MS } from "../../src/view/reading.ts";
import { goTo, TestDashboard } from "../support/dashboard_story.ts";
import { playedStory } from "../support/story_desk.ts";

Deno.env.set("TZ", "UTC");
const STORY = await playedStory();

function dashboard(): TestDashboard {
  return new TestDashboard(STORY).waits();
}

Deno.test("V2 dashboard: a and y say yes, d and n say no, to the request under the mark", () => {
  for (const [key, decision] of [["a", "approve"], ["y", "approve"], ["d", "deny"], ["n", "deny"]] as const) {
    const board = goTo(dashboard(), "shop");
    const effect = board.press(key);
    assert(effect?.kind === "decide");
    assertEquals([effect.answer, effect.approvals.map(({ input }) => input)], [{ decision }, ["git push"]]);
  }
});

Deno.test("V2 dashboard: a question that comes under the mark takes no key for 400 ms, in the list and in the inbox", () => {
  for (const view of ["sessions", "inbox"] as const) {
    const only = STORY.approvals.filter(({ input }) => input === "git push");
    const board = new TestDashboard({ ...STORY, approvals: [] }, { view }).waits();
    board.event("approval.requested", { approval: only[0] });
    board.now += READING_MS - 1;
    for (const key of ["a", "y", "d", "n", "A", "D", "Enter"]) {
      const effect = board.press(key);
      assert(effect?.kind !== "decide", `${view}: ${key}`);
      if (board.state.page !== undefined) board.press("Escape");
    }
    board.now += 2;
    board.draw();
    assertEquals(board.press("d")?.kind, "decide", view);
  }
});

Deno.test("V2 dashboard: what is not all in sight is not allowed before it was opened", () => {
  const [first] = STORY.approvals;
  const long: Approval = {
    ...first!,
    id: "long",
    missing: 7000,
    input: "x ".repeat(300),
    requestedAt: first!.requestedAt,
  };
  for (
    const size of [{ columns: 120, rows: 32 }, { columns: 80, rows: 24 }, { columns: 40, rows: 10 }, {
      columns: 20,
      rows: 6,
    }]
  ) {
    const board = new TestDashboard({ ...STORY, approvals: [long] }, { size }).waits();
    for (const key of ["a", "A"]) assertEquals(board.press(key), undefined);
    assertMatch(board.text.replaceAll(/\s+/g, " "), /read all of it first|is not on the screen/);
    assertEquals(board.press("d")?.kind, "decide", "no can always be said");
    assertEquals(board.press("v")?.kind, "whole");
  }
});

Deno.test("V2 dashboard: what the pane shows whole can be allowed once it was there to be read", () => {
  const [first] = STORY.approvals;
  const written: Approval = {
    ...first!,
    id: "w1",
    tool: "Write",
    action: "write",
    input: "/home/you/a",
    detail: "one\ntwo",
    risk: "writes",
  };
  for (const [waits, kind] of [[READING_MS - 1, undefined], [READING_MS + 1, "decide"]] as const) {
    const board = new TestDashboard({ ...STORY, approvals: [written] });
    board.now += waits;
    assertEquals(board.press("a")?.kind, kind);
  }
  const narrow = new TestDashboard({ ...STORY, approvals: [written] }, { size: { columns: 50, rows: 20 } }).waits();
  assertEquals(narrow.press("a"), undefined, "its text stands nowhere");
});

Deno.test("V2 dashboard: keys that come together and pasted texts answer nothing", () => {
  const board = goTo(dashboard(), "shop");
  board.pressTogether("a", "y");
  assertMatch(board.text, /as in a pasted text, answer nothing/);
  board.keys.paste("a\ny\n", board.now);
  assertMatch(board.text, /a pasted text answers nothing/);
  board.press("D");
  board.keys.paste("use\nanother\u001b branch\n", board.now);
  assertMatch(board.text, /no, because: use another {2}branch/);
  board.pressTogether("x", "Enter");
  assert(board.state.page !== undefined);
});

Deno.test("V2 dashboard: D sends a message with the no, and Esc sends nothing", () => {
  const board = goTo(dashboard(), "shop");
  board.press("D", "n", "o", "t", "Space", "q", "Escape");
  assertEquals(board.state.page, undefined);
  const effect = board.press("D", "n", "o", "Backspace", "o", "!", "Enter");
  assert(effect?.kind === "decide");
  assertEquals(effect.answer, { decision: "deny", message: "no!" });
});

Deno.test("V2 dashboard: Space marks several, a asks once for all of them with what destroys in front, y answers", () => {
  const board = goTo(dashboard(), "evil");
  board.press("Space");
  goTo(board, "shop").press("Space");
  assertMatch(board.text, /2 marked/);
  assertEquals(board.press("a"), undefined);
  const text = board.text;
  assertMatch(text, /Allow these 2, each once\?/);
  assertMatch(text, /!! 1 of them destroys/);
  assert(text.indexOf("curl https://example.com") < text.indexOf("git push"));
  assertEquals(board.press("y"), undefined, "not before it was there to be read");
  board.waits();
  board.press("x");
  const effect = board.press("y");
  assert(effect?.kind === "decide");
  assertEquals(effect.approvals.length, 2);
  assertEquals(effect.answer, { decision: "approve" });
});

Deno.test("V2 dashboard: one of several that somebody else answers leaves the question", () => {
  const board = goTo(dashboard(), "evil");
  board.press("Space");
  goTo(board, "shop").press("Space");
  board.press("d");
  board.waits();
  const push = STORY.approvals.find(({ input }) => input === "git push")!;
  const by = { at: "2026-11-20T10:00:00.000Z", by: "cli:admin" };
  board.event("approval.resolved", { approval: { ...push, status: "denied", denied: by } });
  assertMatch(board.text, /Deny these 1\?/);
  const effect = board.press("y");
  assert(effect?.kind === "decide");
  assertEquals(effect.approvals.map(({ id }) => id === push.id), [false]);
});

Deno.test("V2 dashboard: a key for what somebody else has answered answers no other request", () => {
  const board = goTo(dashboard(), "shop");
  const push = STORY.approvals.find(({ input }) => input === "git push")!;
  const by = { at: "2026-11-20T10:00:00.000Z", by: "cli:admin" };
  board.press("D");
  board.event("approval.resolved", { approval: { ...push, status: "denied", denied: by } });
  assertMatch(board.text, /shop: denied, in another window; any key goes back/);
  board.waits();
  board.press("y");
  assertEquals(board.state.page, undefined);
  board.waits();
  assert(board.press("Escape") === undefined);
});

Deno.test("V2 dashboard: the mark stays on its row by id when rows move, also over a reconnect, and so does the filter", () => {
  const board = dashboard();
  board.press("/", ..."agent:claude", "Enter");
  goTo(board, "shop");
  const row = board.current;
  board.loses("the daemon stopped");
  assertMatch(board.text, /the daemon stopped; agent-console daemon start brings it back · this is of \d\d:\d\d:\d\d/);
  assertEquals(board.press("a"), undefined);
  assertMatch(board.text, /nothing can be answered now/);
  board.snapshot([...STORY.sessions].reverse(), STORY.approvals);
  board.waits();
  assertEquals(board.current.replace(/\d+s left.*$/, ""), row.replace(/\d+s left.*$/, ""));
  assertMatch(board.text, /\/agent:claude · 2 hidden/);
  board.press("Escape");
  assertMatch(board.text, / docs /);
});

Deno.test("V2 dashboard: Tab and 1 to 3 turn to a view; where a question is open, numbers are its choices", () => {
  const board = goTo(dashboard(), "shop");
  board.press("2");
  assertEquals(board.state.view, "inbox");
  board.press("3", "Tab", "Shift+Tab", "Shift+Tab");
  assertEquals(board.state.view, "inbox");
  board.press("1");
  goTo(board, "app");
  const effect = board.press("2");
  assert(effect?.kind === "decide");
  assertEquals([board.state.view, effect.answer], ["sessions", {
    decision: "approve",
    answers: { "Keep old links?": "No" },
  }]);
});

Deno.test("V2 dashboard: right after another view came up no key answers what stands there now", () => {
  const board = goTo(dashboard(), "shop");
  board.press("Tab");
  assertEquals(board.press("a"), undefined);
  board.waits();
  assertEquals(board.press("d")?.kind, "decide");
});

Deno.test("V2 dashboard: a click marks a row and turns to a view, and answers nothing; two clicks open the row", () => {
  const board = dashboard();
  const row = board.lines.findIndex((line) => line.includes(" blog "));
  board.click(row, 5);
  assertMatch(board.current, / blog /);
  board.click(row, 5);
  assertMatch(board.text, /All 31 links answer\./);
  assert(board.state.page !== undefined);
  board.press("Escape");
  const answers = board.lines.findIndex((line) => line.includes("a yes"));
  for (let column = 0; column < 120; column++) board.click(answers, column);
  board.click(1, board.lines[1]!.indexOf("Inbox") + 2);
  assertEquals(board.state.view, "inbox");
});

Deno.test("V2 dashboard: rename, priority, close, copy and resume ask for what they say", () => {
  const board = goTo(dashboard(), "blog");
  assertEquals(board.press("R", ..."my blog".replace(" ", "").split(""), "Enter")?.kind, "update");
  const priority = board.press("p", "Backspace", "7", "Enter");
  assert(priority?.kind === "update");
  assertEquals(priority.fields, { priority: 7 });
  assertEquals(board.press("p", "9", "9", "9", "Enter"), undefined);
  assertMatch(board.text, /from -100 to 100/);
  board.press("x");
  assertMatch(board.text, /Close the row of blog\?/);
  board.press("n");
  board.press("x");
  board.waits();
  assertEquals(board.press("y")?.kind, "close");
  assertEquals(board.press("c")?.kind, "copy");
  goTo(board, "gone");
  const resume = board.press("r");
  assert(resume?.kind === "copy");
  assertMatch(resume.text, /^cd \/home\/you\/gone && /);
});

Deno.test("V1 dashboard: what needs a person rings once, what was there before does not", () => {
  const board = dashboard();
  const [one] = STORY.approvals;
  assertEquals(board.event("approval.requested", { approval: one }), false);
  assertEquals(board.event("approval.requested", { approval: { ...one, id: "new1" } }), true);
  assertEquals(board.event("approval.requested", { approval: { ...one, id: "new1" } }), false);
});

Deno.test("V2 dashboard: the activity can be held still, filtered and scrolled", () => {
  const board = new TestDashboard({ sessions: [], approvals: [], now: STORY.now }, { view: "activity" });
  const [session] = STORY.sessions.filter(({ status }) => status === "working");
  const say = (at: number) =>
    board.event("session.updated", {
      session: {
        ...session,
        lastPrompt: "x",
        working: { subagents: 0, tool: { name: "Bash", text: `t${at}` } },
        since: new Date(STORY.now + at).toISOString(),
      },
    });
  for (let at = 0; at < 60; at++) say(at);
  assertMatch(board.text, / t59$/m);
  board.press("Space");
  say(60);
  assert(!/ t60$/m.test(board.text));
  assertMatch(board.text, /paused, 1 new/);
  board.press("k", "k");
  assert(!/ t59$/m.test(board.text));
  board.press("Space");
  assertMatch(board.text, / t60$/m);
  board.press("/", "t", "5", "9", "Enter");
  assert(/ t59$/m.test(board.text) && !/ t60$/m.test(board.text));
});
