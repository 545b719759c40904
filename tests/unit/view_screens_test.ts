/**
 * V2: what the lists look like at each width, compared with tests/fixtures/screens. After a change on purpose:
 * `AC_SCREENS=write deno test -A --no-check tests/unit/view_screens_test.ts`, then look at what git shows.
 */
import { assert, assertEquals } from "@std/assert";
import { setColorEnabled } from "@std/fmt/colors";
import stringWidth from "fast-string-width";
import { approvalBlocks } from "../../src/cli/approval_blocks.ts";
import { sessionLines, summaryLines } from "../../src/cli/session_list.ts";
import { approvalItems } from "../../src/view/approval_items.ts";
import { sessionItems } from "../../src/view/session_items.ts";
import { displayStatus } from "../../src/domain/state_words.ts";
import { play, playedStory, stateOf, storyDesk } from "../support/story_desk.ts";

const SCREENS = new URL("../fixtures/screens/", import.meta.url);
const WIDTHS = [30, 40, 60, 80, 120];
/** What a terminal or the eye would obey. */
// deno-lint-ignore no-control-regex
const RAW = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

setColorEnabled(false);
Deno.env.set("TZ", "UTC");
const STORY = await playedStory();

function compare(name: string, lines: readonly string[], width: number): void {
  for (const line of lines) {
    assert(stringWidth(line) <= width, `${name}: ${line}`);
    assertEquals(RAW.exec(line)?.[0], undefined, `${name}: ${JSON.stringify(line)}`);
  }
  const file = new URL(`${name}.txt`, SCREENS);
  const text = lines.map((line) => `${line}\n`).join("");
  if (Deno.env.get("AC_SCREENS") === "write") {
    Deno.mkdirSync(SCREENS, { recursive: true });
    Deno.writeTextFileSync(file, text);
  }
  assertEquals(text, Deno.readTextFileSync(file), name);
}

for (const width of WIDTHS) {
  Deno.test(`V2 A4 ls at ${width} columns: who needs you first, both ends of what is asked, nothing too wide`, () => {
    const items = sessionItems(STORY.sessions, STORY.approvals, STORY.now);
    const summary = summaryLines(STORY.sessions.map(displayStatus), width);
    compare(`ls-${width}`, [...summary, "", ...sessionLines(items, width)], width);
  });

  Deno.test(`V2 A4 approvals at ${width} columns: the whole of each, wrapped`, () => {
    const items = approvalItems(STORY.approvals, { ...STORY, home: "/home/you" });
    compare(`approvals-${width}`, approvalBlocks(items, width), width);
  });

  Deno.test(`V2 A4 a question at ${width} columns: what its agent says of a choice is below it, as far in`, async () => {
    const desk = storyDesk();
    const options = [
      {
        label: "Yes",
        description: "Each old address leads to its new page, so that no bookmark\u001b[2J breaks.\u202e",
      },
      { label: "No" },
    ];
    const tool_input = { questions: [{ question: "Keep old links?", header: "", options }] };
    await play(desk, [
      { at: 1, session: "app", event: "PermissionRequest", fields: { tool_name: "AskUserQuestion", tool_input } },
    ]);
    const { approvals, ...around } = stateOf(desk);
    compare(
      `question-${width}`,
      approvalBlocks(approvalItems(approvals, { ...around, home: "/home/you" }), width),
      width,
    );
  });
}

Deno.test("V2 in a pipe nothing is cut: a row is one line, with the whole of what is asked", () => {
  const items = sessionItems(STORY.sessions, STORY.approvals, STORY.now);
  const lines = sessionLines(items, Infinity);
  assertEquals(lines.length, STORY.sessions.length + 1);
  for (const { about } of items) assert(lines.some((line) => line.includes(about)), about);
});
