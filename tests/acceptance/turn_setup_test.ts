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
