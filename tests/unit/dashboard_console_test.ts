/** The dashboard's line for the console: what it offers and runs, what it never does, and how an answer is shown. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { PROCESS_LIMITS } from "../../src/capsule/process/limits.ts";
import { ConsolePage } from "../../src/dashboard/console_page.ts";
import { CONSOLE_LINE_MS } from "../../src/view/console_line.ts";
import { TestDashboard } from "../support/dashboard_story.ts";
import { playedStory } from "../support/story_desk.ts";

Deno.env.set("TZ", "UTC");
const STORY = await playedStory();
const COMMANDS = [
  { name: "status", aliases: [], usage: "", summary: "how the daemon is" },
  { name: "sessions", aliases: ["ls"], usage: "[all]", summary: "the sessions" },
  { name: "approve", aliases: [], usage: "[ID [yes]]", summary: "say yes once" },
  { name: "standup", aliases: [], usage: "[DAYS]", summary: "what each did (capsule team)", capsule: "team" },
];

function opened(size = { columns: 80, rows: 24 }): { board: TestDashboard; page: ConsolePage } {
  const board = new TestDashboard(STORY, { size });
  board.press(":");
  const { page } = board.state;
  assert(page instanceof ConsolePage);
  assertEquals(page.takeWanted(), { kind: "console_list", page });
  assertEquals(page.takeWanted(), undefined);
  page.listed(COMMANDS);
  return { board, page };
}
const type = (board: TestDashboard, text: string) =>
  board.press(...[...text].map((key) => key === " " ? "Space" : key));

Deno.test("X1 capsule commands in the dashboard: the line offers what fits, Tab completes it, and Enter runs what is named", () => {
  const { board, page } = opened();
  assertMatch(board.text, /▸status +how the daemon is[^]* standup \[DAYS\] +what each did \(capsule team\)/);
  type(board, "st");
  assert(!board.text.includes("sessions"), board.text);
  board.press("Down", "Tab");
  assertMatch(board.text, / : standup ▏/);
  type(board, "3 days");
  board.press("Enter");
  assertEquals(page.takeWanted(), { kind: "console_run", line: "/standup 3 days", page, by: "team" });
  assertMatch(board.text, /\/standup runs …/);
  board.press("Enter");
  assertEquals(page.takeWanted(), undefined, "one at a time");
  page.said({ line: "/standup 3 days", by: "team", text: "web\x1b[2J done\nshop waits\n", success: true });
  assertMatch(board.text, /\/standup 3 days · the capsule team says:\n +web\\x1b\[2J done\n +shop waits\n/);
  type(board, "stand");
  assertMatch(board.text, /▸standup \[DAYS\]/);
  board.press("Escape");
  assertEquals(board.state.page, undefined);
});

Deno.test("X1 capsule commands in the dashboard: no request is answered by the line, whatever is typed or pasted there", () => {
  const { board, page } = opened();
  for (const line of ["approve k1", "/APPROVE k1 yes", "deny", "appr"]) {
    type(board, line);
    board.press("Enter");
    assertEquals(page.takeWanted(), undefined, line);
    board.press("Ctrl+U");
  }
  type(board, "deny x");
  board.press("Enter");
  assertMatch(board.text, /a and d answer in the lists/);
  board.press("Ctrl+U");
  board.keys.paste("status\n", board.now);
  board.pressTogether("Enter");
  assertEquals([page.takeWanted(), board.state.page], [undefined, page]);
  board.loses("the daemon stopped");
  assertMatch(board.text, /^ the daemon stopped; [^]*\n {2}: status {2}▏/m, "what is typed stays");
  const lost = new TestDashboard(STORY);
  lost.loses("the daemon stopped");
  lost.press(":");
  assertMatch(lost.text, /no command runs now/);
});

Deno.test("X1 capsule commands in the dashboard: Tab stands at the foot where it completes, and over an answer it does nothing", () => {
  const { board, page } = opened();
  const isTold = () => /Tab complete/.test(board.lines.at(-1) ?? "");
  const line = () => board.lines.find((row) => row.startsWith("  :"))?.trim();
  /** Whether Tab has changed the line. */
  const completes = () => {
    const before = line();
    board.press("Tab");
    return before !== line();
  };
  for (
    const [text, does] of [["", true], ["st", true], ["status", true], ["status ", false], ["ls x", false], [
      "zz",
      false,
    ]]
  ) {
    board.press("Ctrl+U");
    type(board, String(text));
    assertEquals([isTold(), completes()], [does, does], String(text));
  }
  board.press("Ctrl+U");
  page.said({ line: "/status", text: "all is well", success: true });
  assertEquals([isTold(), completes(), line()], [false, false, ": ▏"]);
  page.said({ line: "/status", text: "it is not", success: false });
  assertEquals([isTold(), completes(), line()], [false, false, ": status▏"]);
  board.press("Ctrl+U");
  page.said({ line: "/status", text: "all is well", success: true });
  board.press("Enter");
  assertMatch(board.text, /▸status/, "the list is there to choose from, and nothing of it is typed or run");
  assertEquals([line(), page.takeWanted(), isTold()], [": ▏", undefined, true]);
});

Deno.test("X1 capsule commands in the dashboard: commands that were not told are asked for by the next key, once", () => {
  const board = new TestDashboard(STORY);
  board.press(":");
  const { page } = board.state;
  assert(page instanceof ConsolePage);
  const list = { kind: "console_list", page } as const;
  assertEquals(page.takeWanted(), list);
  type(board, "st");
  assertEquals(page.takeWanted(), undefined, "it is under way");
  page.listFailed();
  assertMatch(board.text, / the daemon did not tell its commands; the next key asks again\n/);
  assertEquals(page.takeWanted(), undefined, "a frame does not ask");
  board.press("Enter");
  assertMatch(board.text, /has not told its commands yet/);
  assertEquals([page.takeWanted(), page.takeWanted()], [list, undefined]);
  page.listFailed();
  board.keys.paste("an", board.now);
  assertEquals(page.takeWanted(), list);
  page.listed(COMMANDS);
  assertMatch(board.text, / : stan▏[^]*▸standup/);
  type(board, "d");
  assertEquals(page.takeWanted(), undefined);
});

Deno.test("X1 capsule commands in the dashboard: a window waits longer for a line than the daemon for a capsule's command", () => {
  assert(CONSOLE_LINE_MS > PROCESS_LIMITS.commandMs + PROCESS_LIMITS.startMs);
});

Deno.test("X1 capsule commands in the dashboard: a long answer is bounded and scrolled, at any size nothing is too wide", () => {
  for (const size of [{ columns: 120, rows: 32 }, { columns: 40, rows: 12 }, { columns: 20, rows: 6 }]) {
    const { board, page } = opened(size);
    const text = Array.from({ length: 5000 }, (_, at) => `row ${at} 日本語 ${"word ".repeat(9)}`).join("\n");
    page.said({ line: "/roll", text, success: true });
    assertMatch(board.text, /row 0 /);
    board.press("PageDown", "PageDown", "PageDown", "PageDown");
    assert(!board.text.includes("row 0 "), board.text);
    for (let n = 0; n < 14_000; n++) page.scroll(1);
    assertMatch(board.text, /… 3000 more lines/);
    for (let n = 0; n < 14_000; n++) page.scroll(-1);
    assertMatch(board.text, /row 0 /);
    board.wheel("wheelDown");
    board.press("Up");
  }
  const { board, page } = opened();
  page.said({ line: "/broken", by: "team", text: "it has no data", success: false });
  assertMatch(board.text, / : broken▏[^]*it has no data/);
});
