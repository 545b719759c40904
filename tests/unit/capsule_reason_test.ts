/** X1: why a capsule does not run, in one line. */
import { assertEquals } from "@std/assert";
import { reasonText } from "../../src/capsule/reason_text.ts";

Deno.test("X1 the reason why a capsule does not run is one line, with the place in the capsule's own files", () => {
  const copy = `file:///home/you/.local/share/agent-console/capsules/=-h/demo/${"0af9".repeat(16)}/code`;
  assertEquals(
    reasonText(`SyntaxError: Expected ';', got 'x' at ${copy}/lib/names.ts:53:19\n\n  let a x\n  ~~~`),
    "SyntaxError: Expected ';', got 'x' at lib/names.ts:53:19",
  );
  assertEquals(reasonText(`\nin ${copy.slice("file://".length)}/main.ts (${copy}/a.ts:1:1)`), "in main.ts (a.ts:1:1)");
  assertEquals(
    reasonText(`SyntaxError: Expected a semicolon\n  |\n2 |   let a b;\n  |         ~\n    at ${copy}/main.ts:2:9`),
    "SyntaxError: Expected a semicolon at main.ts:2:9",
  );
  assertEquals(reasonText("it ended by itself: code 1"), "it ended by itself: code 1");
  assertEquals(reasonText("no file:///etc/hosts"), "no file:///etc/hosts");
  assertEquals(reasonText(""), "");
});
