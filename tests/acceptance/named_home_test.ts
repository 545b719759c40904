// deno-lint-ignore-file no-sync-fn-in-async-fn -- looks for a folder between two steps
/** A home that is named and not there is no second home by mistake. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { exists } from "../support/exists.ts";
import { TestHome } from "../support/harness.ts";
import { Running } from "../support/harness_process.ts";

Deno.test("first hour 7: a named home that is not there is refused in a pipe, and --create makes it", async () => {
  await using home = await TestHome.create();
  const typo = `${home.root}/.agent-consle`;
  const named = { env: { AGENT_CONSOLE_HOME: typo } };
  const commands = [
    ["ls"],
    ["ls", "--json"],
    ["status"],
    ["daemon"],
    ["daemon", "start"],
    ["daemon", "stop"],
    [
      "config",
      "set",
      "daemon.log_level",
      "warn",
    ],
    ["hooks", "install", "claude", "--dry-run"],
    ["audit", "verify"],
  ];
  for (const args of commands) {
    const byFlag = await home.cli(["--home", typo, ...args]);
    assertEquals([byFlag.code, byFlag.stdout, exists(typo)], [2, "", false], args.join(" "));
    assertEquals(
      byFlag.stderr,
      `error: there is no home at ${typo}, and --home names it\nhint: agent-console --home ${typo} --create daemon start\n`,
    );
    const byVariable = await home.cli(args, named);
    assertEquals([byVariable.code, exists(typo)], [2, false], args.join(" "));
    assertStringIncludes(byVariable.stderr, "AGENT_CONSOLE_HOME names it\nhint: agent-console --create daemon start");
  }
  // What takes things back, and what agents call, asks nobody.
  assertEquals((await home.cli(["--home", typo, "hooks", "status"])).code, 0);
  assertEquals((await home.cli(["--home", typo, "version"])).code, 0);

  const made = await home.cli(["--home", typo, "--create", "config", "path"]);
  assertEquals([made.code, Deno.lstatSync(typo).mode! & 0o777], [0, 0o700]);
  assertEquals((await home.cli(["--home", typo, "config", "path"])).stdout, `${typo}/config.jsonc\n`);
  const deep = await home.cli(["--home", `${typo}/a/b`, "--create", "config", "path"]);
  assertEquals([deep.code, exists(`${typo}/a`)], [6, false]);
});

Deno.test("first hour 7: the default home is made silently, and a hook makes the one that it was installed for", async () => {
  await using home = await TestHome.create();
  const { argv, env } = home.command(["config", "init"]);
  const { AGENT_CONSOLE_HOME: _, ...plain } = env;
  const { code, stderr } = await new Running(argv, { env: plain, cwd: home.root }).exit(10_000);
  assertEquals([code, stderr, exists(home.dir)], [0, "", true]);
  const other = `${home.root}/other`;
  const stdin = '{"session_id":"s","hook_event_name":"SessionStart","source":"startup","cwd":"/x"}';
  const hook = await home.cli(["--home", other, "hook", "claude"], { stdin, env: { AGENT_CONSOLE_NO_START: "1" } });
  assertEquals([hook.code, hook.stdout, hook.stderr, exists(other)], [0, "", "", true]);
});

Deno.test({
  name: "first hour 7: in a terminal it is asked for, and a no makes nothing",
  ignore: Deno.build.os !== "linux", // `script` of util-linux
  fn: async () => {
    await using home = await TestHome.create();
    const typo = `${home.root}/other`;
    const answer = async (word: string) => {
      const { argv, env } = home.command(["--home", typo, "config", "path"]);
      const line = argv.map((part) => `'${part}'`).join(" ");
      const script = ["script", "-qefc", line, "/dev/null"];
      return await new Running(script, { env: { ...env, SHELL: "/bin/sh", TERM: "dumb" }, stdin: word }).exit(20_000);
    };
    const no = await answer("n\n");
    assertStringIncludes(no.stdout, `There is no home at ${typo}. Make one? [y/N] `);
    assertStringIncludes(no.stdout, `error: no home was made at ${typo}`);
    assertEquals([no.code, exists(typo)], [1, false]);
    const yes = await answer("y\n");
    assertEquals([yes.code, exists(typo)], [0, true], yes.stdout);
  },
});
