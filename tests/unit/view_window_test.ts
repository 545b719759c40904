/** The view model of all windows: the same whatever the order of the events, in groups, and filtered. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ChangeLines } from "../../src/view/change_lines.ts";
import { sessionNames } from "../../src/view/names.ts";
import { parseFilter } from "../../src/view/filter_text.ts";
import { LiveState } from "../../src/view/live_state.ts";
import { windowView } from "../../src/view/window_view.ts";
import { walk, walks } from "../support/random_walk.ts";
import { playedStory, type StoryState } from "../support/story_desk.ts";

Deno.env.set("TZ", "UTC");
const STORY = await playedStory();

function viewOf(state: LiveState, { now }: StoryState): unknown {
  const approvals = state.approvals.map(({ id }) => [id, state.approval(id)]);
  return { window: windowView(state, { now, ended: "all" }), approvals };
}

Deno.test("V1 the view of the events in any order is that of the snapshot behind them", async () => {
  await fc.assert(
    fc.asyncProperty(walks, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), async (turns, random) => {
      const { events, end } = await walk(turns);
      const snapshot = new LiveState();
      snapshot.snapshot({ seq: events.length, sessions: end.sessions, approvals: end.approvals });
      const expected = viewOf(snapshot, end);
      const shuffled = events.map((event) => ({ event, at: random.next().value as number }))
        .sort((a, b) => a.at - b.at).map(({ event }) => event);
      for (const order of [events, [...events].reverse(), shuffled]) {
        const state = new LiveState();
        for (const event of order) state.event(event);
        assertEquals(viewOf(state, end), expected);
        // What comes once more, as after a reconnect, changes nothing.
        for (const event of order) state.event(event);
        assertEquals(viewOf(state, end), expected);
      }
    }),
    { numRuns: 60 },
  );
});

Deno.test("V1 a snapshot between the events takes the place of those before it, also of those that come late", async () => {
  await fc.assert(
    fc.asyncProperty(walks, walks, async (before, after) => {
      const first = await walk(before);
      const { events, end } = await walk([...before, ...after]);
      const state = new LiveState();
      state.event({ seq: 1, type: "session.updated", data: { session: { id: "stranger", status: "idle" } } });
      const { sessions, approvals } = first.end;
      state.snapshot({ seq: first.events.length, sessions, approvals });
      for (const event of [...events].reverse()) state.event(event);
      const expected = new LiveState();
      expected.snapshot({ seq: events.length, sessions: end.sessions, approvals: end.approvals });
      assertEquals(viewOf(state, end), viewOf(expected, end));
    }),
    { numRuns: 30 },
  );
});

Deno.test("V1 what is deleted or answered stays so when an earlier event of it comes late; many of them are forgotten", () => {
  const state = new LiveState();
  const session = (id: string) => ({ session: { id, status: "idle" } });
  state.event({ seq: 9, type: "session.deleted", data: session("a") });
  state.event({ seq: 8, type: "session.updated", data: session("a") });
  state.event({ seq: 11, type: "approval.decided", data: { approval: { id: "q", status: "denied" } } });
  state.event({ seq: 10, type: "approval.requested", data: { approval: { id: "q", status: "pending" } } });
  assertEquals([state.sessions, state.approvals, state.approval("q")?.status], [[], [], "denied"]);
  for (let seq = 12; seq < 5000; seq++) state.event({ seq, type: "session.deleted", data: session(`s${seq}`) });
  state.event({ seq: 12, type: "session.updated", data: session("s4999") });
  assertEquals(state.sessions, []);
});

Deno.test("V1 the groups hold the rows in the order of ls, and count what the filter leaves out too", () => {
  const view = windowView(STORY, { now: STORY.now });
  assertEquals(view.groups.map(({ key }) => key), ["needs", "works", "idle"]);
  const ids = view.items.map(({ id }) => id);
  assertEquals(view.groups.flatMap(({ items }) => items.map(({ id }) => id)), ids);
  assertEquals(view.title, "5 waiting · agent-console");
  const waiting = windowView(STORY, { now: STORY.now, text: "status:waiting agent:claude" });
  assert(
    waiting.items.length > 0 && waiting.items.every(({ agent, state }) => agent === "claude" && state === "waiting"),
  );
  assertEquals(waiting.counts, view.counts);
  assertEquals(waiting.hidden, view.items.length - waiting.items.length);
  assertEquals(windowView(STORY, { now: STORY.now, ended: "all" }).groups.at(-1)?.key, "ended");
  assertEquals(windowView({ sessions: [], approvals: [] }, { now: 0 }).title, "agent-console");
});

Deno.test("V1 the filter takes words in any case and keys by their beginning; a key that does not exist is a word", () => {
  const shown = (text: string) =>
    windowView(STORY, { now: STORY.now }).items.filter(parseFilter(text).passesRow).map(({ name }) => name);
  assertEquals(shown("STATUS:fail"), shown("status:error"));
  assertEquals(shown("status:failed"), ["infra"]);
  assertEquals(shown("プロ"), ["プロジェクト"]);
  assertEquals(shown("agent:cod npm"), ["api"]);
  assertEquals([shown("toString:x"), shown("constructor:"), shown("https://x")], [[], [], []]);
  assertEquals(shown("  ").length, windowView(STORY, { now: STORY.now }).items.length);
});

Deno.test("V1 one filter for rows, requests and lines: a key looks at its own part alone, in each of them", () => {
  const asked = STORY.approvals.find(({ input }) => input === "git push")!;
  const names = sessionNames(STORY.sessions);
  const requests = (text: string) => {
    const { passesRequest } = parseFilter(text);
    return STORY.approvals.filter((one) => passesRequest(one, names.get(one.sessionId)!)).map(({ id }) => id);
  };
  const lines = new ChangeLines().snapshot(STORY.sessions, STORY.approvals);
  const line = (text: string) => lines.filter(parseFilter(text).passesLine).map(({ name }) => name);
  assertEquals(requests("push"), STORY.approvals.filter(({ input }) => input.includes("push")).map(({ id }) => id));
  assertEquals(requests("name:shop"), [asked.id]);
  assertEquals([requests("agent:push"), line("agent:push")], [[], []], "agent: is not any text");
  assertEquals([requests("status:idle"), requests("status:wait").length], [[], STORY.approvals.length]);
  assertEquals(
    requests("for:question"),
    STORY.approvals.filter((one) => one.for === "question").map(({ id }) => id),
  );
  assertEquals(line("status:failed"), ["infra"]);
  assertEquals(line("status:error"), ["infra"]);
  assert(line("status:waiting").length > 0);
  assertEquals(line("for:question").length, requests("for:question").length);
});
