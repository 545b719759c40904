/** What `capsule grant` says of a start. */
import { assertEquals, assertRejects } from "@std/assert";
import { untilStarted } from "../../src/cli/capsule_start.ts";

Deno.test("X1 capsule grant asks a capsule that is starting again until it knows whether it runs", async () => {
  for (const ended of [{ state: "running" }, { state: "restarting", reason: "boom" }]) {
    const said = [{ state: "starting" }, { state: "starting" }, ended];
    const told = await untilStarted(() => Promise.resolve(said.shift()!), new AbortController().signal);
    assertEquals([told, said], [ended, []]);
  }
});

Deno.test("X1 capsule grant ends its wait with the command", async () => {
  const ending = new AbortController();
  const ask = () => {
    ending.abort(new Error("Ctrl-C"));
    return Promise.resolve({ state: "starting" });
  };
  await assertRejects(() => untilStarted(ask, ending.signal), Error, "Ctrl-C");
});
