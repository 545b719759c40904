/** The keys of the board: no answer is given to something that nobody has read. */
import { assert, assertEquals } from "@std/assert";
import type { Approval } from "../../src/domain/approval.ts";
import { Board, type BoardAction } from "../../src/dashboard/board.ts";
import { actionOfKey } from "../../src/view/actions.ts";
import { KeyRun, READING_MS, REPEAT_MS } from "../../src/view/reading.ts";
import { RESULT_MS, SAID_MS } from "../../src/view/foot_message.ts";
import type { SessionItem } from "../../src/view/session_items.ts";

function approval(id: string, more: Partial<Approval> = {}): Approval {
  return {
    id,
    sessionId: `s-${id}`,
    for: "permission",
    tool: "Bash",
    input: "ls",
    risk: "unknown",
    ...more,
  } as Approval;
}

function item(id: string, asked?: Approval): SessionItem {
  const asks = asked === undefined ? {} : { asks: { kind: "permission", approval: asked, more: 0 } };
  return {
    id,
    shortId: id,
    name: id,
    agent: "claude",
    state: asked === undefined ? "working" : "waiting",
    age: "1s",
    about: "Bash: ls",
    marks: [],
    ...asks,
  };
}

const LATER = 10 * READING_MS;

/** A key by itself, let go since the one before. */
function press(board: Board, key: string, now: number, began = now): BoardAction | undefined {
  const action = actionOfKey(key);
  return action === undefined ? undefined : board.press({ action, key, began }, now);
}

Deno.test("V2 a window: y and n answer the request under the cursor, once it was there to be read", () => {
  const board = new Board();
  const asked = approval("a1");
  board.show([item("web", asked)], 0);
  assertEquals(press(board, "y", READING_MS - 1), undefined);
  assertEquals(board.message, "it has only just appeared: press again");
  assertEquals(press(board, "y", READING_MS), { kind: "answer", approval: asked, allow: true });
  assertEquals(press(board, "n", READING_MS), { kind: "answer", approval: asked, allow: false });
});

Deno.test("V2 a window: a question that takes another one's place under the cursor takes no key for 400 ms", () => {
  const board = new Board();
  board.show([item("web", approval("a1"))], 0);
  board.show([item("web", approval("a2"))], LATER);
  assertEquals(press(board, "y", LATER + READING_MS - 1), undefined);
  assertEquals(press(board, "y", LATER + READING_MS)?.kind, "answer");
  // Its row goes, and the next one comes under the cursor.
  board.show([item("web", approval("a2")), item("shop", approval("b1"))], 2 * LATER);
  board.show([item("shop", approval("b1"))], 3 * LATER);
  assertEquals([board.current, press(board, "y", 3 * LATER + 1)], ["shop", undefined]);
});

Deno.test("V2 a window: after an answer the cursor goes to the next row that asks, unless the user has put it elsewhere", () => {
  const board = new Board();
  board.show([item("docs")], 0);
  board.show([item("web", approval("a1")), item("shop", approval("b1")), item("docs")], LATER);
  assertEquals(board.current, "web", "the first one that asks, where nobody has moved the cursor");
  board.show([item("shop", approval("b1")), item("web"), item("docs")], 2 * LATER);
  assertEquals([board.current, press(board, "y", 2 * LATER + 1)], ["shop", undefined]);
  assertEquals(press(board, "y", 2 * LATER + READING_MS)?.kind, "answer");
  press(board, "j", 3 * LATER);
  board.show([item("shop", approval("b1")), item("web"), item("docs")], 3 * LATER);
  assertEquals(board.current, "web");
  board.show([item("new", approval("c1")), item("shop", approval("b1")), item("web")], 4 * LATER);
  assertEquals(board.current, "web", "a row that was chosen is kept");
});

Deno.test("V2 a window: the cursor stays on its row when rows move, and moves by j, k and the arrows", () => {
  const board = new Board();
  const rows = [item("a", approval("a1")), item("b", approval("b1")), item("c")];
  board.show(rows, 0);
  press(board, "j", LATER);
  assertEquals(board.current, "b");
  board.show([...rows].reverse(), LATER);
  assertEquals(board.current, "b");
  assertEquals(press(board, "n", LATER), { kind: "answer", approval: approval("b1"), allow: false });
  press(board, "j", LATER);
  assertEquals(board.current, "a");
  press(board, "k", LATER);
  press(board, "k", LATER);
  press(board, "k", LATER);
  assertEquals(board.current, "c");
});

Deno.test("V2 a window: what destroys is asked once more, and another key confirms", () => {
  for (const [first, other] of [["a", "y"], ["y", "a"]] as const) {
    const board = new Board();
    const asked = approval("a1", { risk: "destroys" });
    board.show([item("web", asked)], 0);
    let now = LATER;
    assertEquals(press(board, first, now), undefined);
    assertEquals(board.message, `it destroys: ${other} allows it, any other key leaves it`);
    assertEquals(press(board, first, now += LATER), undefined, "the same key asks anew, however late");
    assertEquals(press(board, other, now + READING_MS - 1), undefined, "nobody has read it");
    assertEquals(press(board, other, now + READING_MS), { kind: "answer", approval: asked, allow: true });
    press(board, first, now += LATER);
    press(board, "j", now += LATER);
    assertEquals(press(board, other, now += LATER), undefined, "another key takes the question back");
  }
});

/** The times of a key that is held down, for keyboards that wait before they repeat it. */
const KEYBOARDS = [250, 400, 500, 660].map((delay) =>
  [0, ...Array.from({ length: 100 }, (_, i) => delay + 33 * i)] as const
);

Deno.test("V2 a window: a key held down confirms nothing and answers nothing that came meanwhile, on any keyboard", () => {
  for (const key of ["a", "y", "d", "Enter"]) {
    for (const times of KEYBOARDS) {
      const board = new Board();
      const run = new KeyRun();
      let next = 0;
      const ask = (now: number) => {
        const more = key === "Enter" ? { for: "question" as const, choices: [] } : {};
        const asked = approval(`a${next++}`, { risk: next === 1 && key !== "Enter" ? "destroys" : "reads", ...more });
        board.show([item("web", asked)], now);
      };
      ask(0);
      let given = 0;
      for (const at of times) {
        const now = LATER + at;
        if (press(board, key, now, run.press(key, now)) === undefined) continue;
        given++;
        ask(now); // the next one comes under the cursor
      }
      const most = ["a", "y"].includes(key) ? 0 : 1;
      assertEquals(given, most, `${key}, ${times[1]} ms`);
    }
  }
});

Deno.test("V2 a window: a key that was let go answers the next request", () => {
  const board = new Board();
  const run = new KeyRun();
  board.show([item("web", approval("a1"))], 0);
  assertEquals(press(board, "d", LATER, run.press("d", LATER))?.kind, "answer");
  board.show([item("web", approval("a2"))], LATER);
  const soon = LATER + REPEAT_MS - 1;
  assertEquals(press(board, "d", soon, run.press("d", soon)), undefined);
  assertEquals(board.message, "a key held down answers nothing new: let go, then press");
  assertEquals(press(board, "d", soon + REPEAT_MS, run.press("d", soon + REPEAT_MS))?.kind, "answer");
});

Deno.test("V2 a window: what is not all on the screen is not allowed before it was opened", () => {
  for (
    const [asked, cut] of [
      [approval("a1", { missing: 7 }), new Set<string>()],
      [approval("a1", { action: "write", detail: "+ x" }), new Set<string>()],
      [approval("a1"), new Set(["s-a1"])],
    ] as const
  ) {
    const board = new Board();
    board.show([item("s-a1", asked)], 0, cut);
    assertEquals(press(board, "y", LATER), undefined);
    assert(board.message?.includes("read all of it first"), board.message);
    assertEquals(press(board, "n", LATER)?.kind, "answer", "no can always be said");
    assertEquals(press(board, "v", LATER), { kind: "view", approval: asked });
    board.opened("a1");
    assertEquals(press(board, "y", LATER)?.kind, "answer");
  }
  const lost = new Board();
  lost.show([item("s-a1", approval("a1", { cutBy: 9 }))], 0);
  lost.opened("a1");
  assertEquals(press(lost, "y", LATER), undefined);
});

Deno.test("V2 a window: a question takes the number of a choice that was shown; y and Enter ask all of it", () => {
  const choice = { question: "Which?", options: ["red", "blue"], multiple: false };
  const asked = approval("a1", { for: "question", choices: [choice] });
  const board = new Board();
  board.show([item("web", asked)], 0);
  assertEquals(press(board, "2", LATER), undefined);
  board.opened("a1");
  assertEquals(press(board, "2", LATER), { kind: "answer", approval: asked, allow: true, option: "blue" });
  assertEquals(press(board, "3", LATER), undefined);
  for (const choices of [[choice], [choice, choice], [{ ...choice, multiple: true }], [{ ...choice, options: [] }]]) {
    const several = approval("a2", { for: "question", choices });
    for (const key of ["y", "Enter"]) {
      const fresh = new Board();
      fresh.show([item("web", several)], 0);
      assertEquals(press(fresh, key, READING_MS - 1), undefined);
      assertEquals(press(fresh, key, READING_MS), { kind: "ask", approval: several });
    }
  }
  const several = approval("a2", { for: "question", choices: [choice, choice] });
  board.show([item("web", several)], LATER);
  board.opened("a2");
  assertEquals([press(board, "1", 2 * LATER), board.message], [undefined, "y asks it, one part after the other"]);
  board.show([item("web", approval("a3", { for: "question", choices: [choice], cutBy: 3 }))], 3 * LATER);
  assertEquals(press(board, "y", 4 * LATER), undefined, "part of it never arrived");
});

Deno.test("first hour 4 a window: what the foot says goes by itself or at the next key, and a result can be read", () => {
  const board = new Board();
  const rows = [item("web", approval("a1")), item("docs")];
  board.show(rows, 0);
  press(board, "y", 1);
  board.show(rows, SAID_MS);
  assert(board.message !== undefined);
  board.show(rows, SAID_MS + 1);
  assertEquals(board.message, undefined);
  press(board, "y", 1);
  press(board, "j", 2);
  assertEquals(board.message, undefined);
  board.tell("approved", 0);
  press(board, "y", RESULT_MS - 1);
  assertEquals([board.message, board.result], ["it asks nothing", "approved"]);
  press(board, "k", RESULT_MS - 1);
  assertEquals([board.message, board.result], ["approved", undefined]);
  press(board, "j", RESULT_MS);
  assertEquals(board.message, undefined);
  board.tell("denied", 0);
  board.show(rows, SAID_MS);
  assertEquals(board.message, undefined);
});

Deno.test("first hour 4 a window: what is asked once more goes with its words", () => {
  const board = new Board();
  const rows = [item("web", approval("a1", { risk: "destroys" }))];
  board.show(rows, 0);
  press(board, "y", LATER);
  board.show(rows, LATER + SAID_MS);
  assertEquals([board.message, press(board, "a", LATER + SAID_MS)], [undefined, undefined]);
  assertEquals(press(board, "y", LATER + SAID_MS + READING_MS)?.kind, "answer");
  for (
    const wiped of [
      (at: number) => board.say(undefined, at), // a page was left
      (at: number) => board.tell("b1: denied", at), // another answer has come
      (at: number) => board.pressed(at), // a page has taken the key
      (at: number) => void press(board, "j", at),
    ]
  ) {
    board.show([], 0);
    board.show(rows, 0);
    press(board, "y", LATER);
    wiped(LATER + 1);
    board.show(rows, LATER + 2);
    assertEquals(press(board, "a", LATER + 2 * READING_MS), undefined, "it asks anew");
    assertEquals(board.message?.startsWith("it destroys"), true);
  }
});

Deno.test("V2 a window: a key for what somebody else has answered answers no other request", () => {
  for (const key of ["y", "n", "1", "Enter"]) {
    const board = new Board();
    board.show([item("web", approval("a1", { risk: "destroys" })), item("shop", approval("b1"))], 0);
    press(board, "y", LATER);
    board.over("b1", "of another row", LATER);
    assert(board.message?.startsWith("it destroys"));
    board.over("a1", "answered elsewhere by cli: denied", LATER);
    board.show([item("shop", approval("b1"))], LATER);
    assertEquals([board.message, board.current], ["answered elsewhere by cli: denied", "shop"]);
    assertEquals(press(board, key, LATER + 2 * READING_MS), undefined);
    assertEquals(board.message, "answered elsewhere by cli: denied; press again for the current one");
    assertEquals(press(board, "n", LATER + 2 * READING_MS)?.kind, "answer");
  }
});

Deno.test("V2 a window: a row that asks nothing says so, and no other key answers", () => {
  const board = new Board();
  board.show([item("web")], 0);
  assertEquals([press(board, "q", LATER), press(board, "o", LATER)], [undefined, undefined]);
  assertEquals([press(board, "y", LATER), board.message], [undefined, "it asks nothing"]);
  const empty = new Board();
  empty.show([], 0);
  assertEquals([press(empty, "j", 1), press(empty, "y", 1), press(empty, "o", 1)], [undefined, undefined, undefined]);
});
