/** Having the daemon run an agent, from nothing. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { TestHome } from "../support/harness.ts";

Deno.test("R1 V1 a prompt for an agent that is not configured says how it is, with the program that is there", async () => {
  await using home = await TestHome.create();
  const folder = `${home.root}/programs`;
  await Deno.mkdir(folder);
  await Deno.writeTextFile(`${folder}/gemini`, "#!/bin/sh\n", { mode: 0o755 });
  const env = { PATH: `${folder}:${Deno.env.get("PATH")}` };
  const hintOf = async (agent: string) => {
    const { code, stderr } = await home.cli(["run", agent, "hello"], { env });
    assertEquals(code, 1);
    return stderr;
  };
  const step = `agent-console config set agents.gemini.command '["${folder}/gemini","--acp"]'`;
  assertStringIncludes(await hintOf("gemini"), `\nhint: ${step}, then agent-console daemon restart\n`);
  const npm = "\nhint: npm install -g opencode-ai, then agent-console config set agents";
  assertStringIncludes(await hintOf("opencode"), npm);
  assertStringIncludes(
    await hintOf("claude"),
    "\nhint: npm install -g @agentclientprotocol/claude-agent-acp, then agent-console config set agents.claude.command",
  );
  assertStringIncludes(
    await hintOf("nobody"),
    `hint: agent-console config set agents.NAME.command '["PROGRAM"]', then`,
  );
  // A step on its way: the agent has a member, and no program yet.
  assertEquals((await home.cli(["config", "set", "agents.gemini.warm", "true"])).code, 0);
  assertStringIncludes(await hintOf("gemini"), `no agent is configured as "gemini"\nhint: ${step}`);
  assertEquals((await home.cli(["config", "set", "agents.gemini.command", '["my-agent"]'])).code, 0);
  assertStringIncludes(await hintOf("gemini"), "hint: agent-console daemon restart\n");
});

Deno.test("R1 V1 an agent whose program is nowhere to be found says so, and who tells what to do", async () => {
  await using home = await TestHome.create({
    config: JSON.stringify({ agents: { mine: { command: ["no-such-agent", "--acp"] } } }),
  });
  const { code, stderr } = await home.cli(["run", "mine", "hello"]);
  assertEquals(code, 1);
  const why = "error: the program of the agent mine was not found when the daemon started: no-such-agent; ";
  assertStringIncludes(stderr, `${why}agent-console doctor says what to do\n`);
});

Deno.test("first hour 7: config set says at once that a program is nowhere to be found, and that a group has no value", async () => {
  await using home = await TestHome.create();
  await home.start();
  const set = await home.cli(["config", "set", "agents.mine.command", '["no-such-agent","--acp"]']);
  assertEquals(set.code, 0);
  assertStringIncludes(set.stderr, "\nagents.mine.command names no-such-agent, which is not there\n");
  const step = `agent-console config set agents.mine.command '["/PATH/no-such-agent","--acp"]'`;
  assertStringIncludes(set.stderr, `\nhint: ${step}, then agent-console daemon restart\n`);
  const group = await home.cli(["config", "get", "agents"]);
  assertStringIncludes(
    group.stderr,
    "error: agents is a group of settings\nhint: name one of its settings: agents.<name>.",
  );
  const programs = await home.cli(["config", "set", "scheduler.programs", '{"a":{"argv":["/bin/true"]}}']);
  assertEquals([programs.code, programs.stderr.split("\n")[1]], [
    2,
    "hint: name one of its settings: scheduler.programs.<name>.argv, scheduler.programs.<name>.timeout_mins",
  ]);
  const named = await home.cli(["config", "set", "scheduler.programs.backup", "{}"]);
  assertStringIncludes(named.stderr, "hint: name one of its settings: scheduler.programs.backup.argv, ");
});
