/** Keys held down, the wheel, the filter of the inbox: nothing is answered or typed that nobody meant, nothing kept that is gone. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { QuestionPage } from "../../src/dashboard/question_page.ts";
import type { Approval } from "../../src/domain/approval.ts";
import { READING_MS } from "../../src/view/reading.ts";
import { goTo, TestDashboard } from "../support/dashboard_story.ts";
import { playedStory } from "../support/story_desk.ts";

Deno.env.set("TZ", "UTC");
const STORY = await playedStory();

function dashboard(): TestDashboard {
  return new TestDashboard(STORY).waits();
}

Deno.test("V2 dashboard: what destroys is asked once more by another key; one held down, on any keyboard, is no yes", () => {
  for (const delay of [250, 400, 500, 660]) {
    const board = goTo(dashboard(), "evil");
    assertEquals(board.press("a"), undefined);
    board.waits(delay);
    for (let i = 0; i < 100; i++) {
      assertEquals(board.press("a"), undefined, `${delay} ms, repeat ${i}`);
      board.waits(33);
    }
    assertMatch(board.text, /it destroys: y allows it, any other key leaves it/);
    board.waits(READING_MS);
    assertEquals(board.press("y")?.kind, "decide");
  }
});

Deno.test("V2 dashboard: a key held down answers one request, and none that comes to the cursor meanwhile", () => {
  const quiet = STORY.approvals.filter(({ input }) => input === "git push")
    .flatMap((one) => ["q1", "q2", "q3"].map((id): Approval => ({ ...one, id, risk: "reads" })));
  for (const view of ["sessions", "inbox"] as const) {
    for (const key of ["a", "d"]) {
      const board = new TestDashboard({ ...STORY, approvals: quiet }, { view }).waits();
      let given = 0;
      for (let i = 0; i < 60; i++) {
        const effect = board.press(key);
        if (effect?.kind === "decide") {
          given++;
          const at = new Date(board.now).toISOString();
          for (const one of effect.approvals) {
            board.event("approval.resolved", {
              approval: { ...one, status: "denied", denied: { at, by: "cli:admin" } },
            });
          }
        }
        board.waits(i === 0 ? 500 : 33);
      }
      assertEquals(given, 1, `${view}: ${key}`);
    }
  }
});

Deno.test("V2 dashboard: Enter held down opens a question and chooses nothing in it", () => {
  const board = goTo(dashboard(), "app");
  const effect = board.press("Enter");
  assert(effect?.kind === "whole");
  board.state.open(new QuestionPage(effect.approval, board.now));
  board.waits(500);
  for (let i = 0; i < 60; i++) {
    assertEquals(board.press("Enter"), undefined);
    board.waits(33);
  }
  board.waits();
  assertEquals(board.press("Enter")?.kind, "decide");
});

Deno.test("V2 dashboard: the wheel types nothing where a line is typed, and scrolls a page without a key", () => {
  for (const [open, typed] of [["/", "web"], ["D", "no"], ["R", "new"]] as const) {
    const board = goTo(dashboard(), "shop");
    board.press(open);
    if (open === "R") { for (let i = 0; i < 20; i++) board.press("Backspace"); }
    board.press(...typed);
    const before = board.lines.at(-1);
    board.wheel("wheelDown", "wheelUp", "wheelDown");
    assertEquals(board.lines.at(-1), before, open);
  }
  const own = goTo(dashboard(), "app");
  const effect = own.press("Enter");
  assert(effect?.kind === "whole");
  own.state.open(new QuestionPage(effect.approval, own.now));
  own.waits().press("w", "o", "n");
  own.wheel("wheelDown", "wheelUp");
  const answer = own.press("Enter");
  assert(answer?.kind === "decide");
  assertEquals(Object.values(answer.answer.answers ?? {}), ["on"]);
  const help = new TestDashboard(STORY, { size: { columns: 60, rows: 12 } });
  help.press("?");
  const top = help.text;
  help.wheel("wheelDown");
  assert(help.text !== top);
  help.wheel("wheelUp", "wheelUp");
  assertEquals(help.text, top);
});

Deno.test("V2 dashboard: the inbox is filtered by its requests, not by the one that its session's row shows", () => {
  const push = STORY.approvals.find(({ input }) => input === "git push")!;
  const second: Approval = { ...push, id: "second", input: "deno task build" };
  const board = new TestDashboard({ ...STORY, approvals: [push, second] }, { view: "inbox" }).waits();
  const listed = () => board.state.board.items.flatMap(({ asks }) => asks?.approval?.id ?? []);
  board.press("/", ..."build", "Enter");
  assertEquals(listed(), ["second"]);
  assertMatch(board.text, /\/build · \d+ hidden/);
  board.press("Escape", "/", ..."git", "Enter");
  assertEquals(listed(), [push.id]);
  board.press("Escape", "/", ..."for:perm", "Enter");
  assertEquals(listed().sort(), [push.id, "second"].sort());
  const only = new TestDashboard({ ...STORY, approvals: [push, second] }, { view: "inbox", filter: { for: "plan" } });
  assertEquals(only.state.board.items.filter(({ asks }) => asks?.approval !== undefined), []);
});

Deno.test("V2 dashboard: of requests and sessions that are gone nothing is kept", () => {
  const board = goTo(dashboard(), "shop");
  const push = STORY.approvals.find(({ input }) => input === "git push")!;
  const { state } = board;
  state.board.opened(push.id);
  state.wholes.set(push.id, push);
  state.marked.add(push.id);
  for (const { id } of STORY.sessions) state.histories.set(id, []);
  board.snapshot(STORY.sessions.filter(({ id }) => id !== push.sessionId), []);
  assertEquals([state.wholes.size, state.marked.size, state.board.isOpened(push.id)], [0, 0, false]);
  assertEquals([state.histories.has(push.sessionId), state.histories.size], [false, STORY.sessions.length - 1]);
});
