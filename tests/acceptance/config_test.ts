/** `config …` through the whole program: what the files say, and what the daemon that runs goes by. */
import { assertEquals, assertMatch } from "@std/assert";
import { TestHome } from "../support/harness.ts";

Deno.test("config show says which values the running daemon does not use, and what cures it", async () => {
  await using home = await TestHome.create();
  assertEquals((await home.cli(["config", "set", "daemon.stale_after_mins", "7"])).code, 0);
  const quiet = await home.cli(["config", "show"]);
  assertEquals([quiet.code, quiet.stderr], [0, ""]);
  assertEquals((await home.cli(["daemon", "status"])).code, 3, "it has started none");
  await home.start();
  assertEquals((await home.cli(["config", "show"])).stderr, "");

  await home.cli(["config", "set", "daemon.safety_mode", "guarded"]);
  await home.cli(["config", "set", "journal.fsync", "always"]);
  const { code, stdout, stderr } = await home.cli(["config", "show"]);
  assertEquals(code, 0);
  assertMatch(stdout, /safety_mode +"guarded"/);
  assertMatch(stderr, /other values of daemon\.safety_mode \("manual"\): "agent-console daemon reload" cures it/);
  assertMatch(stderr, /other values of journal\.fsync \("interval"\): "agent-console daemon restart" cures it/);
  assertEquals((await home.cli(["config", "show", "--json"])).stderr, "");

  assertEquals((await home.cli(["daemon", "reload"])).code, 0);
  const reloaded = await home.cli(["config", "show"]);
  assertMatch(reloaded.stderr, /^[^\n]*other values of journal\.fsync: "agent-console daemon restart" cures it\n$/);
  assertEquals((await home.cli(["daemon", "restart"])).code, 0);
  assertEquals((await home.cli(["config", "show"])).stderr, "");
});
