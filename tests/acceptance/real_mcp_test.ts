/** H5: the real Claude Code with our MCP server: a tool of it, and its permission prompt, answered here. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { exists } from "../support/exists.ts";
import { eventually } from "../support/harness_wait.ts";
import { labFolder, LabHub, labTest, printInLab, STEP_MS } from "../support/lab.ts";

for (const hooks of [false, true]) {
  const how = hooks ? "with its hooks" : "without hooks";
  labTest("claude", `H5 M3 real Claude Code ${how}: it calls our tools, and asks by permission_prompt`, async () => {
    await using hub = await LabHub.open();
    const { home } = hub;
    const { argv: [command, ...args], env } = home.command(["mcp"]);
    const config = JSON.stringify({ mcpServers: { hub: { command, args, env } } });
    const more = ["--mcp-config", config, "--strict-mcp-config", "--allowedTools", "mcp__hub__list_sessions"];
    if (hooks) {
      assertEquals((await home.cli(["hooks", "install", "claude"])).code, 0);
      more.push("--settings", `${home.root}/.claude/settings.json`);
    }
    const turn = (prompt: string) => printInLab(home, "ac-mcp", [prompt, ...more]);
    {
      await using listed = turn("tool:mcp__hub__list_sessions {}");
      const { stdout, stderr } = await listed.exit(STEP_MS);
      const { result } = JSON.parse(stdout) as { result: string };
      assertStringIncludes(result, '"sessions"', stderr);
      if (hooks) assertStringIncludes(result, '"self":true');
    }
    more.push("--permission-prompt-tool", "mcp__hub__permission_prompt");
    for (const [word, file] of [["approve", "made-yes"], ["deny", "made-no"]] as const) {
      await using asking = turn(`run:touch ${file}`);
      // With its hooks it asks twice; an answer to either is enough.
      const open = () => hub.approvals().filter((one) => String(one["input"]).includes(file));
      await eventually(() => open().length === (hooks ? 2 : 1), STEP_MS, "its requests");
      const request = word === "approve" ? open()[0] : open().at(-1);
      assertEquals(String(request?.["agent"]), hooks ? "claude" : "mcp");
      await hub.answer([word, String(request?.["id"])]);
      const { stdout, stderr } = await asking.exit(STEP_MS);
      assert(JSON.parse(stdout), stderr);
      assertEquals(await exists(`${labFolder("ac-mcp")}/${file}`), word === "approve", `${stdout}\n${stderr}`);
    }
    await eventually(async () => (await hub.pending()).length === 0, STEP_MS, "the end of all requests");
  });
}
