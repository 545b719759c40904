/** The keys of the board: no answer is given to something that nobody has read. */
import { assert, assertEquals } from "@std/assert";
import type { Approval } from "../../src/domain/approval.ts";
import { Board, READING_MS } from "../../src/view/board.ts";
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

Deno.test("V2 a window: y and n answer the request under the cursor, once it was there to be read", () => {
  const board = new Board();
  const asked = approval("a1");
  board.show([item("web", asked)], 0);
  assertEquals(board.press("y", READING_MS - 1), undefined);
  assertEquals(board.message, "it has only just appeared: press again");
  assertEquals(board.press("y", READING_MS), { kind: "answer", approval: asked, allow: true });
  assertEquals(board.press("n", READING_MS), { kind: "answer", approval: asked, allow: false });
});

Deno.test("V2 a window: a question that takes another one's place under the cursor takes no key for 400 ms", () => {
  const board = new Board();
  board.show([item("web", approval("a1"))], 0);
  board.show([item("web", approval("a2"))], LATER);
  assertEquals(board.press("y", LATER + READING_MS - 1), undefined);
  assertEquals(board.press("y", LATER + READING_MS)?.kind, "answer");
  // Its row goes, and the next one comes under the cursor.
  board.show([item("web", approval("a2")), item("shop", approval("b1"))], 2 * LATER);
  board.show([item("shop", approval("b1"))], 3 * LATER);
  assertEquals([board.selected, board.press("y", 3 * LATER + 1)], ["shop", undefined]);
});

Deno.test("V2 a window: after an answer the cursor goes to the next row that asks, unless the user has put it elsewhere", () => {
  const board = new Board();
  board.show([item("docs")], 0);
  board.show([item("web", approval("a1")), item("shop", approval("b1")), item("docs")], LATER);
  assertEquals(board.selected, "web", "the first one that asks, where nobody has moved the cursor");
  board.show([item("shop", approval("b1")), item("web"), item("docs")], 2 * LATER);
  assertEquals([board.selected, board.press("y", 2 * LATER + 1)], ["shop", undefined]);
  assertEquals(board.press("y", 2 * LATER + READING_MS)?.kind, "answer");
  board.press("j", 3 * LATER);
  board.show([item("shop", approval("b1")), item("web"), item("docs")], 3 * LATER);
  assertEquals(board.selected, "web");
  board.show([item("new", approval("c1")), item("shop", approval("b1")), item("web")], 4 * LATER);
  assertEquals(board.selected, "web", "a row that was chosen is kept");
});

Deno.test("V2 a window: the cursor stays on its row when rows move, and moves by j, k and the arrows", () => {
  const board = new Board();
  const rows = [item("a", approval("a1")), item("b", approval("b1")), item("c")];
  board.show(rows, 0);
  board.press("j", LATER);
  assertEquals(board.selected, "b");
  board.show([...rows].reverse(), LATER);
  assertEquals(board.selected, "b");
  assertEquals(board.press("n", LATER), { kind: "answer", approval: approval("b1"), allow: false });
  board.press("j", LATER);
  assertEquals(board.selected, "a");
  board.press("k", LATER);
  board.press("k", LATER);
  board.press("k", LATER);
  assertEquals(board.selected, "c");
});

Deno.test("V2 a window: what destroys is asked once more; a key held down does not say yes twice", () => {
  const board = new Board();
  const asked = approval("a1", { risk: "destroys" });
  board.show([item("web", asked)], 0);
  let now = LATER;
  for (let i = 0; i < 30; i++) assertEquals(board.press("y", now += 30), undefined);
  assert(board.message?.includes("it destroys"));
  assertEquals(board.press("y", now + READING_MS), { kind: "answer", approval: asked, allow: true });
  board.press("y", now += LATER);
  board.press("j", now += LATER);
  assertEquals(board.press("y", now += LATER), undefined, "another key takes the question back");
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
    assertEquals(board.press("y", LATER), undefined);
    assert(board.message?.includes("v shows all"), board.message);
    assertEquals(board.press("n", LATER)?.kind, "answer", "no can always be said");
    assertEquals(board.press("v", LATER), { kind: "view", approval: asked });
    board.opened("a1");
    assertEquals(board.press("y", LATER)?.kind, "answer");
  }
  const lost = new Board();
  lost.show([item("s-a1", approval("a1", { cutBy: 9 }))], 0);
  lost.opened("a1");
  assertEquals(lost.press("y", LATER), undefined);
});

Deno.test("V2 a window: a question takes the number of a choice that was shown; y and Enter ask all of it", () => {
  const choice = { question: "Which?", options: ["red", "blue"], multiple: false };
  const asked = approval("a1", { for: "question", choices: [choice] });
  const board = new Board();
  board.show([item("web", asked)], 0);
  assertEquals(board.press("2", LATER), undefined);
  board.opened("a1");
  assertEquals(board.press("2", LATER), { kind: "answer", approval: asked, allow: true, option: "blue" });
  assertEquals(board.press("3", LATER), undefined);
  for (const choices of [[choice], [choice, choice], [{ ...choice, multiple: true }], [{ ...choice, options: [] }]]) {
    const several = approval("a2", { for: "question", choices });
    for (const key of ["y", "Enter"]) {
      const fresh = new Board();
      fresh.show([item("web", several)], 0);
      assertEquals(fresh.press(key, READING_MS - 1), undefined);
      assertEquals(fresh.press(key, READING_MS), { kind: "ask", approval: several });
    }
  }
  const several = approval("a2", { for: "question", choices: [choice, choice] });
  board.show([item("web", several)], LATER);
  board.opened("a2");
  assertEquals([board.press("1", 2 * LATER), board.message], [undefined, "y asks it, one part after the other"]);
  board.show([item("web", approval("a3", { for: "question", choices: [choice], cutBy: 3 }))], 3 * LATER);
  assertEquals(board.press("y", 4 * LATER), undefined, "part of it never arrived");
});

Deno.test("first hour 4 a window: what the foot says goes by itself or at the next key, and a result can be read", () => {
  const board = new Board();
  const rows = [item("web", approval("a1")), item("docs")];
  board.show(rows, 0);
  board.press("y", 1);
  board.show(rows, SAID_MS);
  assert(board.message !== undefined);
  board.show(rows, SAID_MS + 1);
  assertEquals(board.message, undefined);
  board.press("y", 1);
  board.press("j", 2);
  assertEquals(board.message, undefined);
  board.tell("approved", 0);
  board.press("y", RESULT_MS - 1);
  assertEquals([board.message, board.result], ["it asks nothing", "approved"]);
  board.press("k", RESULT_MS - 1);
  assertEquals([board.message, board.result], ["approved", undefined]);
  board.press("j", RESULT_MS);
  assertEquals(board.message, undefined);
  board.tell("denied", 0);
  board.show(rows, SAID_MS);
  assertEquals(board.message, undefined);
});

Deno.test("first hour 4 a window: what is asked once more goes with its words", () => {
  const board = new Board();
  const rows = [item("web", approval("a1", { risk: "destroys" }))];
  board.show(rows, 0);
  board.press("y", LATER);
  board.show(rows, LATER + SAID_MS);
  assertEquals([board.message, board.press("y", LATER + SAID_MS)], [undefined, undefined]);
  assertEquals(board.press("y", LATER + SAID_MS + READING_MS)?.kind, "answer");
  for (
    const wiped of [
      (at: number) => board.say(undefined, at), // a page was left
      (at: number) => board.tell("b1: denied", at), // another answer has come
      (at: number) => board.pressed(at), // a page has taken the key
      (at: number) => void board.press("j", at),
    ]
  ) {
    board.show([], 0);
    board.show(rows, 0);
    board.press("y", LATER);
    wiped(LATER + 1);
    board.show(rows, LATER + 2);
    assertEquals(board.press("y", LATER + 2 * READING_MS), undefined, "it asks anew");
    assertEquals(board.message?.startsWith("it destroys"), true);
  }
});

Deno.test("V2 a window: a key for what somebody else has answered answers no other request", () => {
  for (const key of ["y", "n", "1", "Enter"]) {
    const board = new Board();
    board.show([item("web", approval("a1", { risk: "destroys" })), item("shop", approval("b1"))], 0);
    board.press("y", LATER);
    board.over("b1", "of no row that is marked", LATER);
    assert(board.message?.startsWith("it destroys"));
    board.over("a1", "answered elsewhere by cli: denied", LATER);
    board.show([item("shop", approval("b1"))], LATER);
    assertEquals([board.message, board.selected], ["answered elsewhere by cli: denied", "shop"]);
    assertEquals(board.press(key, LATER + 2 * READING_MS), undefined);
    assertEquals(board.message, "answered elsewhere by cli: denied; press again for the marked one");
    assertEquals(board.press("n", LATER + 2 * READING_MS)?.kind, "answer");
  }
});

Deno.test("V2 a window: a row that asks nothing says so, and no other key answers", () => {
  const board = new Board();
  board.show([item("web")], 0);
  assertEquals([board.press("q", LATER), board.press("o", LATER)], [undefined, undefined]);
  assertEquals([board.press("y", LATER), board.message], [undefined, "it asks nothing"]);
  const empty = new Board();
  empty.show([], 0);
  assertEquals([empty.press("j", 1), empty.press("y", 1), empty.press("o", 1)], [undefined, undefined, undefined]);
});
