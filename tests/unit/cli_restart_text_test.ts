/** What is told of a daemon that needs a restart and does not get it now. */
import { assertEquals } from "@std/assert";
import { restartText } from "../../src/cli/running_daemon.ts";

Deno.test("a restart that would cut open requests off is told with their number", () => {
  const cure = "agent-console daemon restart";
  assertEquals(restartText(["a.b"], 0), `the running daemon needs a restart for a.b: ${cure}`);
  assertEquals(
    restartText(["a.b", "c.d"], 1),
    `the running daemon needs a restart for a.b, c.d (a request is open): ${cure}`,
  );
  assertEquals(restartText(["a.b"], 2), `the running daemon needs a restart for a.b (2 requests are open): ${cure}`);
});
