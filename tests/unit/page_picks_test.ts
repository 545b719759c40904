/** Answers as they are chosen on the page, the reading time, and what its address says. */
import { assertEquals } from "@std/assert";
import type { Approval } from "../../src/domain/approval.ts";
import { answersOf, pickedOf, toggled, worded } from "../../src/page/picks.ts";
import { ReadingGuard } from "../../src/view/reading.ts";
import { readRoute } from "../../src/page/route.ts";

const ASKED = {
  choices: [
    { question: "Which?", options: ["red", "green, dark", "blue"], multiple: true },
    { question: "Name?", options: [], multiple: false },
  ],
} as unknown as Approval;

Deno.test("V3 choices become the agent's own words, and what would be ambiguous is not sent", () => {
  let picks = toggled(undefined, ASKED, 0, 2);
  assertEquals(answersOf(ASKED, picks), "some of its questions have no answer yet");
  picks = worded(toggled(picks, ASKED, 0, 0), ASKED, 1, " ada ");
  assertEquals(answersOf(ASKED, picks), { "Which?": "red, blue", "Name?": "ada" });
  assertEquals(answersOf(ASKED, toggled(picks, ASKED, 0, 2)), { "Which?": "red", "Name?": "ada" });
  // Whose comma it is nobody could tell.
  assertEquals(typeof answersOf(ASKED, toggled(picks, ASKED, 0, 1)), "string");
  assertEquals(pickedOf(worded(picks, ASKED, 0, "mauve"), 0), { options: [], words: "mauve" });
  const [first] = ASKED.choices ?? [];
  assertEquals(typeof answersOf({ ...ASKED, choices: [first!, first!] }, picks), "string");
});

Deno.test("V3 what is shown takes an answer 400 ms later, and anew when it changes or the page was away", () => {
  const guard = new ReadingGuard();
  guard.show("k1", 1000);
  guard.show("k1", 1300); // drawn again
  assertEquals([1399, 1400].map((at) => guard.isMeant("k1", at)), [false, true]);
  assertEquals(guard.isMeant("k2", 5000), false);
  guard.again(5000);
  assertEquals([5399, 5400].map((at) => guard.isMeant("k1", at)), [false, true]);
  guard.show(undefined, 6000);
  assertEquals(guard.isMeant("k1", 9000), false);
});

Deno.test("V3 the page's address names view, session and request; anything else is the list", () => {
  assertEquals(readRoute("#view=inbox&session=a%26b&request=k1"), { view: "inbox", session: "a&b", request: "k1" });
  assertEquals(readRoute("#view=%3Cscript%3E"), { view: "sessions", session: undefined, request: undefined });
});
