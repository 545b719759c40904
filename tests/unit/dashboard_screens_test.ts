/**
 * V2: what the dashboard looks like at each size, compared with tests/fixtures/screens. After a change on purpose:
 * `AC_SCREENS=write deno test -A --no-check tests/unit/dashboard_screens_test.ts`, then look at what git shows.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { rowText } from "../../src/dashboard/ansi.ts";
import { openDetail } from "../../src/dashboard/list_keys.ts";
import { QuestionPage } from "../../src/dashboard/question_page.ts";
import { ScopePage } from "../../src/dashboard/scope_page.ts";
import { TestDashboard } from "../support/dashboard_story.ts";
import { compareScreen, SCREEN_SIZES, screenSize } from "../support/dashboard_screens.ts";
import { eventsOf, play, playedStory, stateOf, storyDesk } from "../support/story_desk.ts";
import { MORNING, REQUESTS } from "../support/story.ts";

Deno.env.set("TZ", "UTC");
const STORY = await playedStory();
const PUSH = STORY.approvals.find(({ input }) => input === "git push")!;

/** The pages and states of each size, by name. */
const PICTURES: Readonly<Record<string, (dashboard: TestDashboard) => void>> = {
  sessions: (dashboard) => {
    const period = (status: "idle" | "working", durationMs: number) => ({ status, from: "", durationMs });
    const history = [period("working", 360_000), period("idle", 180_000), period("working", 840_000)];
    dashboard.state.histories.set(dashboard.state.session?.id ?? "", history);
  },
  inbox: (dashboard) => dashboard.state.turnTo("inbox", dashboard.now),
  detail: (dashboard) => openDetail(dashboard.state, dashboard.now),
  help: (dashboard) => void dashboard.press("?"),
  scopes: ({ state, now }) => {
    const page = new ScopePage({ ...PUSH, scopes: ["once", "session", "workspace", "always"] }, {
      now,
      home: "/home/you",
    });
    page.previewed("workspace", [
      "In the last 7 days it would have passed 1 request of those that were asked:",
      "  Bash: git push",
    ]);
    state.open(page);
  },
  question: ({ state, now }) =>
    state.open(
      new QuestionPage({
        ...PUSH,
        for: "question",
        choices: [{
          question: "Which of these shall be in the first release?",
          options: ["Login 🔑", "検索とお気に入りの一覧", "Export of everything that was ever written"],
          descriptions: ["With passkeys", "", ""],
          multiple: true,
        }],
      }, now),
    ),
  message: (dashboard) => {
    dashboard.waits();
    dashboard.press(
      "D",
      ..."use 日本語 instead".replaceAll(" ", "\0").split("").map((key) => key === "\0" ? "Space" : key),
    );
  },
  lost: (dashboard) => dashboard.loses("the daemon stopped"),
};

for (const size of SCREEN_SIZES) {
  for (const [name, paint] of Object.entries(PICTURES)) {
    Deno.test(`V2 A4 the dashboard at ${size}, ${name}: nothing too wide, wide characters aligned`, () => {
      const dashboard = new TestDashboard(STORY, { size: screenSize(size) });
      paint(dashboard);
      compareScreen(`dashboard-${name}-${size}`, dashboard);
    });
  }

  Deno.test(`V2 A4 the dashboard at ${size}, activity: the last changes`, async () => {
    const desk = storyDesk();
    await play(desk, [...MORNING, ...REQUESTS]);
    const { now } = stateOf(desk);
    const dashboard = new TestDashboard({ sessions: [], approvals: [], now }, {
      size: screenSize(size),
      view: "activity",
    });
    eventsOf(desk).forEach((event, at) => {
      dashboard.state.hear({
        kind: "event",
        event: { seq: at + 2, ts: event.ts ?? "", type: event.type, data: event.data },
      }, now);
    });
    compareScreen(`dashboard-activity-${size}`, dashboard);
  });
}

Deno.test("V2 the dashboard has the colours of a terminal with sixteen, and the same text without them", () => {
  const codes = new Set<string>();
  for (const paint of Object.values(PICTURES)) {
    const dashboard = new TestDashboard(STORY);
    paint(dashboard);
    const { rows } = dashboard.draw();
    for (const row of rows) {
      const painted = rowText(row, true);
      // deno-lint-ignore no-control-regex
      assertEquals(painted.replaceAll(/\x1b\[[\d;]*m/g, "").trimEnd(), rowText(row, false));
      // deno-lint-ignore no-control-regex
      for (const [, code = ""] of painted.matchAll(/\x1b\[([0-9;]*)m/g)) {
        for (const one of code.split(";")) codes.add(one);
      }
    }
  }
  for (const code of codes) assertMatch(code, /^(?:[0-2]|4|7|3[0-7]|9[0-7])$/);
  assert(codes.size > 4);
});

Deno.test("V2 the dashboard says who waits before anything else, and its title counts them", () => {
  const dashboard = new TestDashboard(STORY);
  assertEquals(dashboard.draw().title, "5 waiting · agent-console");
  const lines = dashboard.lines.map((line) => line.trim());
  const at = (title: string) => lines.findIndex((line) => line.startsWith(title));
  assert(0 < at("NEEDS YOU") && at("NEEDS YOU") < at("WORKING") && at("WORKING") < at("IDLE"));
  assert(at("IDLE") < at("ENDED"));
});
