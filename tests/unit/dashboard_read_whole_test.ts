/** The dashboard allows only what was on the screen to its end, in terminals of every size. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Approval } from "../../src/domain/approval.ts";
import { foldedLines } from "../../src/view/folded.ts";
import { openDetail } from "../../src/dashboard/list_keys.ts";
import { ScopePage } from "../../src/dashboard/scope_page.ts";
import { TestDashboard } from "../support/dashboard_story.ts";
import { playedStory } from "../support/story_desk.ts";

Deno.env.set("TZ", "UTC");
const STORY = await playedStory();
const PUSH = STORY.approvals.find(({ input }) => input === "git push")!;
const EVIL = "rm -rf /srv/all";

const HIDING: Readonly<Record<string, string>> = {
  "empty lines": `git status${"\n".repeat(100)}${EVIL}${"\n".repeat(100)}git log -1`,
  "spaces": `git status;${" ".repeat(5000)}${EVIL};${" ".repeat(5000)}git log -1`,
  "a comment": `# ${"lorem ipsum ".repeat(40)}\n${EVIL}\n# ${"lorem ipsum ".repeat(40)}\ngit log -1`,
  "lines of its own": `${Array.from({ length: 90 }, (_, i) => `echo ${i}`).join("\n")}\n${EVIL}\necho end`,
};

/** What the window does about `v`. */
function view(board: TestDashboard): void {
  const effect = board.press("v");
  if (effect?.kind !== "whole") return;
  board.state.wholes.set(effect.approval.id, effect.approval);
  openDetail(board.state, board.now);
  board.draw();
}

for (const [by, input] of Object.entries(HIDING)) {
  Deno.test(`A4 dashboard: no key allows a command whose middle is hidden by ${by} before it was on the screen`, () => {
    for (const [columns, rows] of [[100, 24], [80, 24], [40, 12], [24, 8], [20, 3], [20, 6], [120, 3]] as const) {
      for (const risk of ["writes", "destroys"] as const) {
        const asked: Approval = { ...PUSH, input, risk };
        const board = new TestDashboard({ ...STORY, approvals: [asked] }, { size: { columns, rows } }).waits();
        let seen = "";
        const press = (key: string) => {
          seen += board.waits(2000).text.replaceAll(/[\s↳]/g, "");
          const effect = board.press(key);
          seen += board.text.replaceAll(/[\s↳]/g, "");
          return effect;
        };
        const isShown = () => seen.includes(EVIL.replaceAll(" ", ""));
        press("a");
        view(board);
        for (const key of ["y", "a", "y", "Enter", "G", "y", "a", "y"]) {
          const effect = press(key);
          assert(effect?.kind !== "decide" || isShown(), `${by} ${columns}x${rows}: ${key} without ${seen}`);
          if (board.state.page === undefined) view(board);
        }
        press("g");
        for (let i = 0; i < 4000 && board.state.page?.isRead !== true; i++) press("Space");
        assert(board.state.page?.isRead, `${by} ${columns}x${rows}: ${board.text}`);
        const given = press("a") ?? press("y");
        assertEquals(given?.kind, "decide", `${by} ${columns}x${rows}: ${board.text}`);
      }
    }
  });
}

Deno.test("V2 dashboard: what a page shows of a long text stands in its title, whatever is said at the foot", () => {
  const board = new TestDashboard({ ...STORY, approvals: [{ ...PUSH, input: HIDING["lines of its own"]! }] }, {
    size: { columns: 100, rows: 24 },
  }).waits();
  board.press("a");
  assertMatch(board.text, /read all of it first/);
  view(board);
  assertEquals(board.text.includes("read all of it first"), false, "what it said goes with the key");
  assertMatch(board.text, / 1–\d+ of \d+ /);
  board.press("y");
  assertMatch(board.text, /read all of it first/);
  assertMatch(board.text, / 1–\d+ of \d+ /);
});

Deno.test("A4 dashboard: in a terminal without room for the text no key allows anything", () => {
  for (const [columns, rows] of [[1, 1], [19, 24], [200, 2], [2, 40]] as const) {
    const asked: Approval = { ...PUSH, input: EVIL, risk: "destroys" };
    const board = new TestDashboard({ ...STORY, approvals: [asked] }, { size: { columns, rows } }).waits();
    for (const key of ["v", "a", "y", "Space", "a", "y", "A", "Enter", "y", "v", "Space", "Space", "y", "a"]) {
      const effect = board.waits().press(key);
      if (effect?.kind === "whole" && effect.then === "view") openDetail(board.state, board.now);
      assert(effect?.kind !== "decide" && !(effect?.kind === "whole" && effect.then !== "view"), `${columns}x${rows}`);
    }
  }
});

Deno.test("A4 dashboard: several are allowed together once each of them was on the screen", () => {
  const several = Array.from({ length: 30 }, (_, i): Approval => ({ ...PUSH, id: `q${i}`, input: `echo ${i}` }));
  const board = new TestDashboard({ ...STORY, approvals: several }, { view: "inbox", size: { columns: 80, rows: 12 } })
    .waits();
  for (const _ of several) board.press("Space");
  board.press("a");
  assertEquals(board.waits().press("y"), undefined);
  for (let i = 0; i < 20; i++) board.waits().press("Space");
  const effect = board.waits().press("y");
  assertEquals(effect?.kind === "decide" && effect.approvals.length, 30);
});

Deno.test("A4 long runs of nothing within a command are counted in lines of their own, and the text stays as it is", () => {
  const shown = (text: string) => foldedLines(text.split("\n")).map(({ kind, text }) => `${kind} ${text}`);
  assertEquals(shown("a\n\n\nb"), ["line a", "line ", "line ", "line b"]);
  assertEquals(shown(`a${"\n".repeat(100)}b`), ["line a", "gap ⋯ 99 empty lines", "line b"]);
  assertEquals(shown(`a${" ".repeat(50)};b`), ["line a", "gap ⋯ 50 spaces", "rest ;b"]);
  assertEquals(shown(`${" ".repeat(50)}b`), ["gap ⋯ 50 spaces", "rest b"]);
  assertEquals(shown(`a${" ".repeat(40)}b`), [`line a${" ".repeat(40)}b`]);
});

Deno.test("V2 dashboard: a yes from now on is for this session and an hour unless somebody chooses more, and once for what destroys", () => {
  const scopes = ["once", "session", "workspace", "always"] as const;
  const given = (approval: Approval, ...keys: readonly string[]) => {
    const board = new TestDashboard({ ...STORY, approvals: [approval] }).waits();
    board.state.open(new ScopePage({ ...approval, scopes }, { now: board.now, home: undefined }));
    let effect = board.waits().press("Enter");
    if (keys.length > 0) effect = board.waits().press(...keys);
    return effect?.kind === "decide" ? effect.answer : undefined;
  };
  assertEquals(given(PUSH), { decision: "approve", scope: "session", expiresInSecs: 3600 });
  assertEquals(given({ ...PUSH, risk: "destroys" }), undefined);
  assertEquals(given({ ...PUSH, risk: "destroys" }, "y"), { decision: "approve", scope: "once" });
});

Deno.test("A4 dashboard: what a rule would let pass was on the screen before Enter makes it", () => {
  for (const [columns, rows] of [[90, 32], [80, 24], [60, 16], [40, 12], [24, 9], [20, 6], [20, 3]] as const) {
    for (const input of ["git push --force origin main", HIDING["lines of its own"]!]) {
      const board = new TestDashboard({ ...STORY, approvals: [{ ...PUSH, input }] }, { size: { columns, rows } })
        .waits();
      board.state.open(new ScopePage({ ...PUSH, input }, { now: board.now, home: undefined }));
      let seen = "";
      for (let i = 0; i < 200; i++) {
        seen += board.waits().text.replaceAll(/[\s↳│]/g, "");
        const effect = board.press("Enter");
        if (effect !== undefined) break;
        board.press("Space");
      }
      const end = input.replaceAll(/\s/g, "").slice(columns < 30 ? -3 : -7);
      assert(seen.includes("exactlythisrunsunasked") || columns < 30, `${columns}x${rows} ${seen}`);
      assert(seen.includes(end), `${columns}x${rows} ${seen}`);
    }
  }
  const small = new TestDashboard(STORY, { size: { columns: 40, rows: 12 } }).waits();
  small.state.open(new ScopePage(PUSH, { now: small.now, home: undefined }));
  assertMatch(small.text.replaceAll(/\s+/g, " "), /exactly this runs unasked, .* Bash: git push .*Enter yes/);
});
