/** X1: the double of `fetch` is a test's alone. */
import { assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { ScriptedCapsules } from "../support/scripted_capsules.ts";

Deno.test("X1 a granted capsule that calls the daemon as a tested one calls its test gets nothing", async () => {
  const capsules = new ScriptedCapsules();
  const run = capsules.supervisor.run(capsules.granted("a".repeat(64)));
  await delay(0);
  const [process] = capsules.processes;
  process?.started();
  await run;
  process?.say({ id: 1, method: "fetch", params: { url: "http://127.0.0.1/", method: "GET", headers: {}, body: "" } });
  while (process?.answers.length === 0) await delay(1);
  assertEquals(process?.answers[0], {
    jsonrpc: "2.0",
    id: 1,
    error: { code: -32000, message: "no test runs: a granted capsule fetches by itself" },
  });
  await capsules.supervisor.stop("the test is over");
});
