import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { answersTo, type GivenAnswer, matchAnswer } from "../../src/cli/answers.ts";
import { approveWords } from "../../src/view/approval_words.ts";
import type { Approval, Choice } from "../../src/domain/approval.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";

const choice = (options: readonly string[], more: Partial<Choice> = {}): Choice => ({
  question: "Which?",
  options,
  multiple: false,
  ...more,
});
const question = (...choices: Choice[]): Pick<Approval, "id" | "for" | "choices"> => ({
  id: "q9udy",
  for: "question",
  choices,
});
const given = (...texts: string[]): GivenAnswer[] => texts.map((text) => ({ text, own: false }));
const say = (text: string): GivenAnswer => ({ text, own: true });

function refusal(work: () => unknown): string {
  const error = assertThrows(work, ConsoleError) as ConsoleError;
  return `${error.kind}: ${error.message}`;
}

Deno.test("first hour 3: an answer is a choice's number, its text in any case, or the beginning of it", () => {
  const colours = choice(["Red", "Blue", "Blueish", "Green"]);
  const match = (typed: string) => matchAnswer(colours, typed);
  assertEquals(["1", "red", " RED ", "gr", "Blue", "blue", "4"].map(match), [
    "Red",
    "Red",
    "Red",
    "Green",
    "Blue",
    "Blue",
    "Green",
  ]);
  assertEquals([match("blu"), match("5"), match("0"), match(""), match("Red,Green")], [
    ["Blue", "Blueish"],
    [],
    [],
    [],
    [],
  ]);
  assertEquals(matchAnswer(choice(["Yes", "No, keep it"]), "yes"), "Yes");
  assertEquals(["yes", "N", "true"].map((typed) => matchAnswer(choice(["true", "false"]), typed)), [
    "true",
    "false",
    "true",
  ]);
});

Deno.test("first hour 3: the text of a choice wins over its place, whatever the choices are", () => {
  assertEquals(matchAnswer(choice(["2", "1"]), "1"), "1");
  const texts = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 9 });
  fc.assert(fc.property(texts, (options) => {
    for (const option of options) assertEquals(matchAnswer(choice(options), option), option);
    options.forEach((option, at) => {
      const number = String(at + 1);
      if (!options.includes(number)) assertEquals(matchAnswer(choice(options), number), option);
    });
  }));
});

Deno.test("first hour 3: several, with commas between, only where the question takes several", () => {
  const many = choice(["Red", "Blue", "Light, green"], { multiple: true });
  assertEquals(["1,2", "blue, r", "2,2", "3", "light, green"].map((typed) => matchAnswer(many, typed)), [
    "Red, Blue",
    "Blue, Red",
    "Blue",
    "Light, green",
    "Light, green",
  ]);
  assertEquals([matchAnswer(many, "1,x"), matchAnswer(many, "1,3")], [[], ["Red", "Light, green"]]);
});

Deno.test("first hour 3: one answer for each question, in their order; --say between them", () => {
  const two = question(choice(["Red", "Blue"]), choice(["S", "L"], { question: "Size?" }));
  assertEquals(answersTo(two, given("2", "l")), { "Which?": "Blue", "Size?": "L" });
  assertEquals(answersTo(two, [say("2"), ...given("1")]), { "Which?": "2", "Size?": "S" });
  assertEquals(
    refusal(() => answersTo(two, given("1"))).split("\n")[0],
    'usage: request "q9udy" asks 2 questions and needs as many --answer or --say, not 1:',
  );
  assertEquals(approveWords(two, two.id), "approve q9udy --answer 1 --answer 1");
});

Deno.test("first hour 3: what fits no choice names the flag and lists the choices; own words only where they are taken", () => {
  const one = question(choice(["Red", "Blue\u001b"]));
  assertEquals(
    refusal(() => answersTo(one, given("gre\nen"))),
    'usage: --answer "gre\\nen" is none of the choices:\n  Which?\n    1  Red\n    2  Blue\\x1b',
  );
  assertEquals(answersTo(one, [say("green")]), { "Which?": "green" });
  const form = { ...one, for: "elicitation" as const };
  assertEquals(
    refusal(() => answersTo(form, [say("green")])).split("\n")[0],
    'usage: --say "green": this question takes only its choices:',
  );
  assertEquals(answersTo({ ...form, choices: [choice([])] }, given("42")), { "Which?": "42" });
  assertEquals(
    refusal(() => answersTo({ id: "k4xq2", for: "permission" }, given("1"))),
    'usage: request "k4xq2" asks no question, so it takes no --answer',
  );
});
