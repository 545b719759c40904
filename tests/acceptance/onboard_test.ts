/** `onboard` of the real program, with agents that only say their version. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fakeCodex } from "../support/fake_codex.ts";
import { TestHome } from "../support/harness.ts";
import { Running } from "../support/harness_process.ts";
import { TestTerminal } from "../support/terminal.ts";

/** Only these agents are on PATH. */
async function withAgents(home: TestHome): Promise<{ readonly env: Record<string, string> }> {
  const bin = fakeCodex(home.root);
  for (const [name, version] of [["claude", "2.1.332 (Claude Code)"], ["gemini", "0.61.0"]]) {
    await Deno.writeTextFile(`${bin}/${name}`, `#!/bin/sh\necho '${version}'\n`, { mode: 0o755 });
  }
  return { env: { PATH: `${bin}:/usr/bin:/bin`, CODEX_HOME: `${home.root}/.codex` } };
}

Deno.test("first hour 6: onboard --yes installs hooks and feeds, starts the daemon, and answers one question", async () => {
  await using home = await TestHome.create();
  const options = await withAgents(home);
  const { code, stdout, stderr } = await home.cli(["onboard", "--yes"], options);
  assertEquals([code, stderr.replace(/^.*: approved once .*$/m, "").trim()], [0, ""]);
  assertStringIncludes(stdout, "hooks installed in");
  for (
    const asked of [
      "settings.json and turns feeds.claude_sessions on: the daemon may then read ~/.claude/sessions. yes\n",
      "hooks.json and turns feeds.codex_app_server on: the daemon may then connect to ",
      "settings.json and turns feeds.gemini_chats on: the daemon may then read ~/.gemini/tmp. yes\n",
    ]
  ) assertStringIncludes(stdout, asked, "the question names it before it is done");
  assertMatch(stdout, /▲ hello {2}onboard {2}\w{5} {2}asked [^]*\n {4}Bash: echo hello from agent-console\n/);
  assert(!/^ +session /m.test(stdout), stdout);
  assertMatch(stdout, /in the dashboard: agent-console; as a list: agent-console ls$/m);
  assertMatch(stdout, /The asker got your answer: approved/);
  assertMatch(stdout, /^To answer on your phone: docs\/telegram\.md; .* ntfy: agent-console channel list/m);
  const { hooks } = await home.json(["hooks", "status", "--json"], options) as { hooks: Record<string, string>[] };
  const states = Object.fromEntries(hooks.map(({ agent, state }) => [agent, state]));
  assertEquals([states["claude"], states["gemini"], states["opencode"]], ["installed", "installed", "absent"]);
  assertEquals(states["codex"], "installed", "and trusted");
  const { sessions } = await home.json(["ls", "--all", "--json"]);
  assertEquals(sessions, [], "the example leaves no row");
  const again = await home.cli(["onboard", "--yes"], options);
  assertEquals(again.code, 0, again.stderr);
  assertMatch(again.stdout, /Claude Code 2\.1\.332 reports already/);
});

Deno.test("first hour 6: an agent whose settings cannot be changed is left out, told, and keeps no other from its hooks", async () => {
  await using home = await TestHome.create();
  const options = await withAgents(home);
  await Deno.mkdir(`${home.root}/.claude`);
  const broken = "{ // a comment\n}\n";
  await Deno.writeTextFile(`${home.root}/.claude/settings.json`, broken);
  const { code, stdout, stderr } = await home.cli(["onboard", "--yes"], options);
  assertEquals(code, 0, stderr);
  assertMatch(stderr, /Claude Code 2\.1\.332 was left out: .*settings\.json[^]*\nhint: mend it there and try again/);
  assertMatch(stdout, /The asker got your answer: approved/);
  assertEquals(await Deno.readTextFile(`${home.root}/.claude/settings.json`), broken);
  assertEquals(await there(`${home.root}/.gemini/settings.json`), true);
});

Deno.test("first hour 6: agent-console alone makes no home where nobody can be asked, and says what to do", async () => {
  await using home = await TestHome.create();
  const { argv, env } = home.command([]);
  const { AGENT_CONSOLE_HOME: _, ...plain } = env;
  const bare = await new Running(argv, { env: plain, cwd: home.root }).exit(20_000);
  assertEquals([bare.code, bare.stdout, bare.stderr], [
    0,
    "",
    "Nothing is set up here yet.\nhint: agent-console onboard\n",
  ]);
  assertEquals(await there(home.dir), false);
  const named = await home.cli([], { env: { AGENT_CONSOLE_HOME: `${home.root}/typo` } });
  assertEquals([named.code, await there(`${home.root}/typo`)], [2, false], "one that is named is refused as by ls");
});

Deno.test("first hour 6: agent-console alone offers onboard while there is neither a hook nor a session, home or not", async () => {
  await using home = await TestHome.create();
  const options = await withAgents(home);
  const offered = async () => {
    await using terminal = await TestTerminal.open(home, [], options);
    const isOffered = (await terminal.shows(/Nothing is set up here yet|Inbox/)).includes("Nothing is set up here yet");
    if (isOffered) await terminal.press("n", "Enter");
    await terminal.shows(/Inbox/); // the dashboard
    await terminal.press("q");
    assertEquals((await terminal.exit()).code, 0);
    return isOffered;
  };
  assertEquals(await offered(), true);
  assertEquals(
    [await there(home.dir), await offered()],
    [true, true],
    "the dashboard made a home, and nothing is set up",
  );
  assertEquals((await home.cli(["hooks", "install", "gemini"], options)).code, 0);
  assertEquals(await offered(), false);
  assertEquals((await home.cli(["hooks", "uninstall", "gemini"], options)).code, 0);
  assertEquals(await offered(), true);
  assertEquals((await home.cli(["session", "update", "s1", "--agent", "mine"])).code, 0);
  assertEquals(await offered(), false);
});

Deno.test("first hour 6: agent-console alone offers onboard once, at a terminal; Ctrl-C there changes nothing", async () => {
  await using home = await TestHome.create();
  const options = await withAgents(home);
  const piped = await home.cli(["onboard"], options);
  assertEquals([piped.code, piped.stdout], [2, ""]);
  assertMatch(piped.stderr, /hint: give --yes/);
  {
    await using terminal = await TestTerminal.open(home, [], options);
    await terminal.shows("Nothing is set up here yet");
    await terminal.press("C-c");
    await terminal.shows("[exit 130]");
  }
  assertEquals(await there(home.dir), false);
  await using terminal = await TestTerminal.open(home, [], { ...options, columns: 100, rows: 40 });
  await terminal.shows("Nothing is set up here yet");
  await terminal.press("Enter");
  await terminal.shows(/Claude Code 2\.1\.332: Let it report\?[^[]*\[Y\/n\]/);
  await terminal.press("y", "Enter");
  await terminal.shows(/Codex.*Let it report\?/);
  await terminal.press("n", "Enter");
  await terminal.shows(/Gemini CLI.*Let it report\?/);
  await terminal.press("n", "Enter");
  await terminal.shows("as a service?");
  await terminal.press("Enter");
  await terminal.shows("Approve it? [Y/n]");
  await terminal.press("n", "Enter");
  await terminal.shows("The asker got your answer: denied");
  await terminal.shows("[exit 0]");
  const settings = await Deno.readTextFile(`${home.root}/.claude/settings.json`);
  assertMatch(settings, /agent-console\/hook/);
  assertEquals(await there(`${home.root}/.gemini/settings.json`), false);
});

Deno.test("first hour 6: where hooks are there and only trust is missing, onboard asks for that alone", async () => {
  await using home = await TestHome.create();
  const options = await withAgents(home);
  for (const agent of ["claude", "codex", "gemini"]) {
    assertEquals((await home.cli(["hooks", "install", agent], options)).code, 0);
  }
  const { code, stdout, stderr } = await home.cli(["onboard", "--yes"], options);
  assertEquals(code, 0, stderr);
  assertMatch(stdout, /^Codex[^:\n]* runs hooks only after you trust them\. Record that you do\? yes$/m);
  assert(!/Let it report|hooks were installed already/.test(stdout), stdout);
  const { hooks } = await home.json(["hooks", "status", "--json"], options) as { hooks: Record<string, string>[] };
  assertEquals(hooks.find(({ agent }) => agent === "codex")?.["state"], "installed");
});

async function there(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}
