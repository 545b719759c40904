import { assert, assertEquals } from "@std/assert";
import { type LineChild, openLines } from "../../src/platform/line_child.ts";

function opened(...argv: string[]): LineChild {
  const child = openLines(argv);
  assert(child !== undefined);
  return child;
}

Deno.test("H3 a program is talked with line by line, and ends when its stdin is closed", async () => {
  const child = opened("cat");
  await child.send("one");
  await child.send("zwei ü");
  const lines = child.lines[Symbol.asyncIterator]();
  assertEquals([await lines.next(), await lines.next()].map(({ value }) => value), ["one", "zwei ü"]);
  const before = performance.now();
  await child.end();
  assert(performance.now() - before < 900, "its end was not noticed");
  assertEquals((await lines.next()).done, true);
});

Deno.test("H3 a last line without its end is a line, and what nobody reads is dropped", async () => {
  const said: string[] = [];
  const child = opened("printf", "a\\n\\nb");
  for await (const line of child.lines) said.push(line);
  await child.end();
  assertEquals(said, ["a", "", "b"]);
  await opened("printf", "a\\nb").end();
});

Deno.test("H3 a program that ignores the end of its stdin is ended", async () => {
  const child = opened("sleep", "30");
  const before = performance.now();
  await child.end();
  assert(performance.now() - before < 5000);
});

Deno.test("H3 a program that is not there is no child", () => {
  assertEquals(openLines(["no-such-program-of-ours"]), undefined);
});
