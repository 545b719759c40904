/**
 * V2: what the lists look like at each width, compared with tests/fixtures/screens. After a change on purpose:
 * `AC_SCREENS=write deno test -A --no-check tests/unit/view_screens_test.ts`, then look at what git shows.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { setColorEnabled, stripAnsiCode } from "@std/fmt/colors";
import stringWidth from "fast-string-width";
import { approvalBlocks } from "../../src/cli/approval_blocks.ts";
import { askAnswers } from "../../src/cli/ask_answers.ts";
import { boardFrame } from "../../src/cli/board_frame.ts";
import { footKeys } from "../../src/cli/board_keys.ts";
import { HELP_PAGE, RequestPage } from "../../src/cli/board_pages.ts";
import { BoardQuestion } from "../../src/cli/board_question.ts";
import type { Approval } from "../../src/domain/approval.ts";
import { sessionLines, summaryLines } from "../../src/cli/session_list.ts";
import { approvalItems } from "../../src/view/approval_items.ts";
import { ChangeLines } from "../../src/view/change_lines.ts";
import { sessionItems } from "../../src/view/session_items.ts";
import { displayStatus } from "../../src/domain/state_words.ts";
import { eventsOf, play, playedStory, stateOf, storyDesk } from "../support/story_desk.ts";
import { ending, MORNING, REQUESTS } from "../support/story.ts";

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

  Deno.test(`V2 watch at ${width} columns: the list, the last changes, the keys`, async () => {
    const desk = storyDesk();
    await play(desk, [...MORNING, ...REQUESTS]);
    const id = stateOf(desk).approvals.at(-1)?.id ?? "";
    await desk.broker.decide({ id, decision: "approve" }, "cli:admin");
    await play(desk, ending(true).map((act) => ({ ...act, at: 0 })));
    const { sessions, approvals, now } = stateOf(desk);
    const changes = new ChangeLines();
    const log = eventsOf(desk).flatMap((event) => changes.event(event));
    const items = sessionItems(sessions, approvals, now);
    const frame = boardFrame({
      items,
      states: sessions.map(displayStatus),
      selected: items[1]?.id,
      log,
      lost: undefined,
      message: undefined,
      size: { columns: width, rows: 24 },
    });
    assertEquals(frame.length, 24);
    compare(`watch-${width}`, frame, width);
  });
}

/** A size that people have, for each width. */
const ROWS: Readonly<Record<number, number>> = { 30: 10, 40: 15, 60: 20, 80: 24, 120: 30 };
const QUESTIONS: Approval = {
  ...STORY.approvals[0]!,
  id: "q1",
  for: "question",
  tool: "AskUserQuestion",
  input: "",
  reasoning: "The plan needs both before it can be written down, and neither can be changed later.",
  choices: [
    {
      question: "Which database do you want?",
      options: ["Postgres", "SQLite"],
      descriptions: ["A server of its own, which somebody has to keep running", ""],
      multiple: false,
    },
    {
      question: "Which of these features shall be in the very first release?",
      options: [
        "Login 🔑",
        "検索とお気に入りの一覧",
        "Export of everything that was ever written, as files of your choice",
      ],
      multiple: true,
    },
  ],
};

for (const width of WIDTHS) {
  const size = { columns: width, rows: ROWS[width] ?? 24 };
  const state = { sessions: STORY.sessions, now: STORY.now, size, message: undefined };

  Deno.test(`first hour 4 watch at ${width} columns: ? shows the keys`, () => {
    const frame = HELP_PAGE.frame(state);
    assertEquals([frame.length, HELP_PAGE.key("x", true)], [size.rows, "back"]);
    compare(`watch-help-${width}`, frame, width);
  });

  Deno.test(`first hour 4 watch at ${width} columns: v shows all of a request`, () => {
    const frame = new RequestPage(QUESTIONS).frame(state);
    assertEquals(frame.length, size.rows);
    compare(`watch-view-${width}`, frame, width);
  });

  Deno.test(`first hour 4 watch at ${width} columns: the parts of a question one after the other`, async () => {
    const page = new BoardQuestion(QUESTIONS, width, () => {});
    const answers = askAnswers({ signal: page.signal }, QUESTIONS, page);
    await typed(page, "1", "\r", "2", ",");
    const frame = page.frame(state);
    assertEquals(frame.length, size.rows);
    compare(`watch-question-${width}`, frame, width);
    await typed(page, "x", "\x7f", "1", "\r");
    assertEquals(await answers, {
      "Which database do you want?": "Postgres",
      "Which of these features shall be in the very first release?": "検索とお気に入りの一覧, Login 🔑",
    });
  });

  Deno.test(`first hour 4 watch at ${width} columns: a long message is said to its end`, () => {
    const items = sessionItems(STORY.sessions, STORY.approvals, STORY.now);
    const message = "there is more of it than you see: v shows all, then y";
    const rest = { states: [], log: [], lost: undefined, selected: items[0]?.id };
    const frame = boardFrame({ ...rest, items, message, result: "a1: approved once (Bash: npm ci)", size });
    assertEquals(frame.length, size.rows);
    compare(`watch-message-${width}`, frame, width);
  });
}

async function typed(page: BoardQuestion, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    assertEquals(page.key(key, true), "taken");
    await new Promise((done) => setTimeout(done)); // what asks reads on
  }
}

Deno.test({
  name: "V2 watch: colours are those of a terminal with sixteen, and take no room: without them nothing else changes" +
    (Deno.noColor ? " (ignored: NO_COLOR is set)" : ""),
  ignore: Deno.noColor,
  fn() {
    const items = sessionItems(STORY.sessions, STORY.approvals, STORY.now);
    const size = { columns: 60, rows: 20 };
    const rest = { states: STORY.sessions.map(displayStatus), log: [], selected: items[0]?.id, size };
    const page = { sessions: STORY.sessions, now: STORY.now, size, message: "said" };
    const frames = () => [
      ...boardFrame({ ...rest, items, lost: "the daemon stopped", message: undefined }),
      ...boardFrame({ ...rest, items, lost: undefined, message: "said" }),
      ...new RequestPage(QUESTIONS).frame(page),
      ...HELP_PAGE.frame(page),
    ];
    const plain = frames();
    setColorEnabled(true);
    try {
      const painted = frames();
      assertEquals(painted.map(stripAnsiCode), plain);
      // deno-lint-ignore no-control-regex
      const codes = new Set(painted.join("").matchAll(/\x1b\[([0-9;]*)m/g).map(([, code]) => code ?? ""));
      for (const code of codes) assertMatch(code, /^(?:[0-2]|22|3[0-79]|9[0-7])$/);
      assert(codes.size > 3);
    } finally {
      setColorEnabled(false);
    }
  },
});

Deno.test("V2 watch: no size is too small to be drawn", () => {
  const items = sessionItems(STORY.sessions, STORY.approvals, STORY.now);
  for (const columns of [1, 5, 12, 20, 39]) {
    for (const rows of [1, 2, 3, 6, 12]) {
      const size = { columns, rows };
      const page = { sessions: STORY.sessions, now: STORY.now, size, message: undefined };
      const rest = {
        states: STORY.sessions.map(displayStatus),
        log: [],
        selected: items[0]?.id,
        lost: undefined,
        size,
      };
      for (
        const frame of [
          boardFrame({ ...rest, items, message: "a message of some words" }),
          HELP_PAGE.frame(page),
          new RequestPage(QUESTIONS).frame(page),
          new BoardQuestion(QUESTIONS, columns, () => {}).frame(page),
        ]
      ) {
        assert(frame.length <= Math.max(2, rows), `${columns}x${rows}: ${frame.length}`);
        const widest = Math.max(...frame.map((line) => stringWidth(stripAnsiCode(line))));
        // Narrower ones are cut by the terminal.
        if (columns >= 20) assert(widest <= Math.max(2, columns), `${columns}x${rows}: ${widest} columns`);
      }
    }
  }
});

Deno.test("first hour 4 watch: the foot names the keys of the marked row, the most important ones where it is narrow", () => {
  assertEquals([footKeys(80, "call"), footKeys(80, "question"), footKeys(80, "nothing")], [
    "j k move  y yes  n no  v view  o open  ? help  q quit",
    "j k move  y answer  n no  v view  o open  ? help  q quit",
    "j k move  o open  ? help  q quit",
  ]);
  assertEquals([footKeys(40, "call"), footKeys(24, "call"), footKeys(12, "call"), footKeys(7, "call")], [
    "y yes  n no  v view  ? help  q quit",
    "y yes  n no  ? help",
    "y n v o ? q",
    "y n v …",
  ]);
});

Deno.test("first hour 4 watch: a pasted text answers no part, Esc leaves all of them, arrows scroll back to the first", async () => {
  const page = new BoardQuestion(QUESTIONS, 40, () => {});
  const answers = askAnswers({ signal: page.signal }, QUESTIONS, page).catch((error) => error);
  const state = { sessions: STORY.sessions, now: STORY.now, size: { columns: 40, rows: 6 }, message: undefined };
  for (const key of ["1", "\r", "2", "\r"]) page.key(key, false);
  assert(page.frame(state).includes("1-2 or its text: 1 2 ▏"));
  for (let i = 0; i < 20; i++) assertEquals(page.key("\x1b[A", true), "taken");
  assert(page.frame(state)[0]?.includes("q1"));
  page.key("\x15", true);
  assert(page.frame(state).includes("1-2 or its text: ▏"), "what is typed is on the screen");
  assertEquals([page.key("\x1b", true), page.key("\x04", true)], ["back", "back"]);
  page.leave();
  assertEquals((await answers).code, 130);
  assert(page.frame(state).includes("1-2 or its text: ▏"), "the page stays as it was");
});

Deno.test("V2 in a pipe nothing is cut: a row is one line, with the whole of what is asked", () => {
  const items = sessionItems(STORY.sessions, STORY.approvals, STORY.now);
  const lines = sessionLines(items, Infinity);
  assertEquals(lines.length, STORY.sessions.length + 1);
  for (const { about } of items) assert(lines.some((line) => line.includes(about)), about);
});

Deno.test("V2 watch says of the marked request that its terminal shows nothing meanwhile", async () => {
  const desk = storyDesk();
  await play(desk, [...MORNING, ...REQUESTS]);
  const { sessions, approvals, now } = stateOf(desk);
  const items = sessionItems(sessions, approvals, now);
  const second = (selected: string | undefined, columns: number) => {
    const rest = { states: [], log: [], lost: undefined, message: undefined, size: { columns, rows: 24 } };
    return boardFrame({ items, selected, ...rest })[1];
  };
  const hidden = items.find(({ asks }) => asks?.approval?.hidesDialog === true)?.id;
  assert(hidden !== undefined, "no request of the story hides its dialog");
  assertEquals(second(hidden, 80), "its terminal shows nothing until you answer or close the last window");
  assertEquals(second(items.find(({ asks }) => asks === undefined)?.id, 80), "");
  assert(stringWidth(second(hidden, 40) ?? "") <= 40);
});
