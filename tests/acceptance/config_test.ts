/** `config …` through the whole program: what the files say, and what the daemon that runs goes by. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { TestHome } from "../support/harness.ts";

Deno.test("config show says which values the running daemon does not use, and what cures it", async () => {
  await using home = await TestHome.create();
  assertEquals((await home.cli(["config", "set", "daemon.stale_after_mins", "7"])).code, 0);
  const quiet = await home.cli(["config", "show"]);
  assertEquals([quiet.code, quiet.stderr], [0, ""]);
  assertEquals((await home.cli(["daemon", "status"])).code, 3, "it has started none");
  await home.start();
  assertEquals((await home.cli(["config", "show"])).stderr, "");

  const other = { daemon: { safety_mode: "guarded", stale_after_mins: 7 }, journal: { fsync: "always" } };
  await Deno.writeTextFile(home.path("config.jsonc"), JSON.stringify(other)); // by hand: `config set` has it read again
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

Deno.test("config validate also checks the file of the current folder, where that is not the user's own", async () => {
  await using home = await TestHome.create();
  const cwd = `${home.root}/project`;
  await Deno.mkdir(`${cwd}/.agent-console`, { recursive: true });
  const file = `${cwd}/.agent-console/config.jsonc`;
  const validate = async (text: string) => {
    await Deno.writeTextFile(file, text);
    return await home.cli(["config", "validate"], { cwd });
  };
  const good = await validate('{"daemon": {"safety_mode": "manual"}} // stricter');
  assertEquals([good.code, good.stderr, good.stdout.split("\n")[1]], [0, "", `valid: ${file}`]);
  const odd = await validate(
    '{"journal": {"fsync": "never"}, "approvals": {"rules": [{"tool": "*", "pattern": "*", "decision": "allow"}]}}',
  );
  assertEquals(odd.code, 0);
  assertStringIncludes(odd.stderr, `${file}:1:14 journal.fsync is not read from a workspace`);
  assertStringIncludes(odd.stderr, `${file} rule workspace:1 is an allow rule, a workspace may only deny`);
  const json = await home.json(["config", "validate", "--json"], { cwd });
  assertEquals((json["workspace"] as { warnings: unknown[] }).warnings.length, 2);
  for (const [text, says] of [["{,", ":1:2 is not JSON"], ['{"daemon": {"safety_mode": "off"}}', "expected manual"]]) {
    const { code, stderr } = await validate(text!);
    assertEquals(code, 1);
    assertStringIncludes(stderr, file);
    assertStringIncludes(stderr, says!);
  }
  assertStringIncludes((await validate(" ".repeat(16_385))).stderr, "is larger than 16384");
  await Deno.remove(file);
  await Deno.symlink("/etc/hosts", file);
  const linked = await home.cli(["config", "validate"], { cwd });
  assertEquals(linked.code, 1);
  assertStringIncludes(linked.stderr, `${file} is a symlink, not a file`);

  assertEquals((await home.cli(["config", "init"])).code, 0);
  const own = await home.cli(["config", "validate"]);
  assertEquals([own.code, own.stdout], [0, `valid: ${home.path("config.jsonc")}\n`]);
});

Deno.test("config validate names rules that are valid and could never match, and a looser mode of a workspace", async () => {
  const rule = (pattern: string, tool = "Bash", decision = "allow") => ({ tool, pattern, decision });
  const rules = [
    ...[rule("foo > x"), rule("make *"), rule("cd src && ls"), rule("rm -rf build"), rule("foo > x", "Bash", "deny")],
    ...[rule("src/*.ts", "Write"), rule("package.json", "Write"), rule("make && npm test")],
  ];
  await using home = await TestHome.create({ config: JSON.stringify({ approvals: { rules } }) });
  const cwd = `${home.root}/project`;
  await Deno.mkdir(`${cwd}/.agent-console`, { recursive: true });
  await Deno.writeTextFile(`${cwd}/.agent-console/config.jsonc`, '{"daemon": {"safety_mode": "autonomous"}}');
  const { code, stdout, stderr } = await home.cli(["config", "validate"], { cwd });
  assertEquals([code, stdout.startsWith("valid: ")], [0, true]);
  const idle = [...stderr.matchAll(/^approvals\.rules: rule (\d+) \(.*\) matches nothing: /gm)].map(([, at]) => at);
  assertEquals(idle, ["1", "3", "4", "7"]);
  assertMatch(
    stderr,
    /config\.jsonc daemon\.safety_mode is autonomous, looser than yours \(manual\): it is ignored\n$/,
  );
});

Deno.test("first hour 17: a configuration that is not taken says what to do, at a reload, a restart and an installation", async () => {
  await using home = await TestHome.create({ config: "{}" });
  await home.start();
  await Deno.writeTextFile(home.path("config.jsonc"), '{"daemon": {"safety_mode": "off"}}');
  const hint = "hint: mend it there; agent-console config validate says when all of it is right\n";
  for (const args of [["daemon", "reload"], ["daemon", "restart"], ["daemon", "install", "--dry-run"]]) {
    const { code, stderr } = await home.cli(args);
    assertEquals(code, 1, args.join(" "));
    assertStringIncludes(stderr, `:1:13 daemon.safety_mode is "off", expected manual, guarded or autonomous\n${hint}`);
  }
});
