/** Arrays and objects of a JSON text are counted before it is parsed, without those that only stand in a string. */
import { assertEquals } from "@std/assert";
import { parseMessage } from "../../src/protocol/envelope.ts";
import { hasMoreContainers } from "../../src/protocol/json_containers.ts";

for (
  const [what, json, expected] of [
    ["as many as may be", "[".repeat(3), false],
    ["one too many", "[[{[", true],
    ["in strings", JSON.stringify(["[[[[{{{{", { "[[[{": '\\"[[[' }]), false],
    ["behind an escaped quote in a string", String.raw`["\"[[[[["]`, false],
    ["behind an escaped backslash that ends a string", String.raw`["\\",[],[],[]]`, true],
    ["a string without an end", '["[[[[[', false],
  ] as const
) {
  Deno.test(`P2 brackets are counted: ${what}`, () => assertEquals(hasMoreContainers(json, 3), expected));
}

Deno.test("P2 a message of more arrays than may be is refused unread, and one of as many is read", () => {
  const of = (count: number) => `{"method":"ping","params":{"a":[${Array(count).fill("[]").join()}]}}`;
  assertEquals(parseMessage(of(97), 100).ok, true);
  const refused = parseMessage(of(98), 100);
  assertEquals(refused.ok ? "" : refused.error.message, "the message has more than 100 arrays and objects");
});
