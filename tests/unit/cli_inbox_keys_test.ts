import { assert, assertEquals } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import { keyName, keyPrompt, promptAction } from "../../src/cli/inbox_keys.ts";
import type { Approval, Choice } from "../../src/domain/approval.ts";

const choice = (count: number, multiple = false): Choice => ({
  question: "Which?",
  options: Array.from({ length: count }, (_, at) => `choice ${at}`),
  multiple,
});
const approval = (more: Partial<Approval> = {}) => ({ id: "k4xq2", for: "permission", ...more }) as Approval;
const shown = (more: Partial<Approval>, mayLast = true, columns = 200) =>
  stripAnsiCode(keyPrompt(approval(more), { mayLast }, columns));

Deno.test("first hour 3: the keys of approve -i are those that the question takes", () => {
  const rest = "d no · D no, because … · v view · o open · s skip · q quit > ";
  assertEquals(shown({}), `a yes · A yes for … · ${rest}`);
  assertEquals(shown({}, false), `a yes · ${rest}`);
  assertEquals(shown({ cutBy: 5 }), rest);
  assertEquals(shown({ for: "question", choices: [choice(3)] }), `1-3 choose · w own words · ${rest}`);
  assertEquals(shown({ for: "elicitation", choices: [choice(2)] }), `1-2 choose · ${rest}`);
  for (const choices of [[choice(10)], [choice(2, true)], [choice(2), choice(2)], [choice(0)]]) {
    assertEquals(shown({ for: "question", choices }), `1 answer · ${rest}`);
  }
});

Deno.test("first hour 3: no line of the keys is wider than the terminal", () => {
  for (const columns of [40, 60, 80, 120]) {
    for (const line of shown({}, true, columns).split("\n")) assert(line.length <= columns, `${columns}: ${line}`);
  }
});

Deno.test("first hour 3: a key that cannot be shown is called by its name", () => {
  const named = ["\r", "\n", "\t", "\x1b", "\x1b[A", "\x1bOD", " ", "\x7f", "\x1b[3~", "\x1bx", "yes", "\x01", "é"].map(
    keyName,
  );
  assertEquals(named, [
    ...[
      "Enter",
      "Enter",
      "Tab",
      "Esc",
      "arrow",
      "arrow",
      "Space",
      "Backspace",
      "that key",
      "that key",
      "y",
      "\\x01",
      "é",
    ],
  ]);
});

Deno.test("first hour 3: the keys of approve -i mean what they mean in every window, and its letters of before still do", () => {
  const keys = ["a", "y", "A", "d", "n", "D", "e", "v", "o", "1", "9"];
  assertEquals(keys.map(promptAction), [
    ...["yes", "yes", "yes_for", "no", "no", "no_because", "no_because", "detail", "open", "choose", "choose"],
  ] as ReturnType<typeof promptAction>[]);
  for (const key of ["Enter", "j", "x", "R", "/", " ", "0"]) assertEquals(promptAction(key), undefined);
});
