/** What windows show of one session, and what its keys may do. */
import { assert, assertEquals } from "@std/assert";
import { allowedActions } from "../../src/view/actions.ts";
import { detailView } from "../../src/view/detail_view.ts";
import { windowView } from "../../src/view/window_view.ts";
import { play, playedStory, stateOf, storyDesk } from "../support/story_desk.ts";
import { MORNING, REQUESTS } from "../support/story.ts";

Deno.env.set("TZ", "UTC");
const STORY = await playedStory();

Deno.test("V1 the detail tells what is asked in whole, the periods before, the prompt, and only what is known", async () => {
  const desk = storyDesk();
  await play(desk, [...MORNING, ...REQUESTS]);
  const { sessions, approvals, now } = stateOf(desk);
  const shop = sessions.find(({ cwd }) => cwd === "/home/you/shop")!;
  const history = [
    { status: "idle" as const, from: shop.startedAt, durationMs: 180_000 },
    { status: "working" as const, from: shop.startedAt, durationMs: 840_000 },
  ];
  const detail = detailView(shop, { sessions, approvals, now, home: "/home/you", history });
  assertEquals([detail.name, detail.request?.call, detail.more, detail.onlyThere], [
    "shop",
    ["Bash: git push"],
    0,
    false,
  ]);
  const facts = Object.fromEntries(detail.facts.map(({ label, text }) => [label, text]));
  assertEquals(facts, {
    now: "waiting 0s",
    before: "working 14m · idle 3m",
    prompt: "fix the flaky cart test",
    folder: "~/shop",
    begun: "9m ago",
  });
});

Deno.test("V1 the keys: no two actions share one, and a row allows what it can be answered by", () => {
  const keys = allowedActions(undefined).flatMap(({ keys }) => keys);
  const items = windowView(STORY, { now: STORY.now }).items;
  const names = (name: string) => allowedActions(items.find((item) => item.name === name)).map(({ name }) => name);
  for (const item of items) {
    const own = allowedActions(item).flatMap(({ keys }) => keys);
    assertEquals(new Set(own).size, own.length);
    for (const key of keys) assert(own.includes(key));
  }
  assert(names("api").includes("yes_for") && !names("api").includes("choose"));
  assert(names("app").includes("choose") && !names("app").includes("yes_for"));
  assert(!names("docs").includes("yes") && !names("docs").includes("resume"));
});
