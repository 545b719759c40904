/** H5: real agents with our MCP server: Claude Code calls a tool of it, and its permission prompt is answered here. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { dirname } from "@std/path";
import { shellQuote } from "../../src/lib/shell_quote.ts";
import { exists } from "../support/exists.ts";
import { TestHome } from "../support/harness.ts";
import { isRoot } from "../support/harness_guard.ts";
import { eventually } from "../support/harness_wait.ts";
import {
  inLab,
  LAB,
  type LabAgent,
  labFolder,
  LabHub,
  labTest,
  printInLab,
  programOf,
  STEP_MS,
} from "../support/lab.ts";

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
      // Its hook asks too: that is one request.
      const open = () => hub.approvals().filter((one) => String(one["input"]).includes(file));
      const request = await eventually(() => open()[0], STEP_MS, "its request");
      assertEquals(String(request["agent"]), hooks ? "claude" : "mcp");
      await hub.answer([word, String(request["id"])]);
      const { stdout, stderr } = await asking.exit(STEP_MS);
      assert(JSON.parse(stdout), stderr);
      assertEquals(await exists(`${labFolder("ac-mcp")}/${file}`), word === "approve", `${stdout}\n${stderr}`);
      assertEquals(open().map(({ status }) => status), [word === "approve" ? "approved" : "denied"]);
    }
    if (hooks) {
      await using asking = turn("ask:Which?");
      const { id } = await hub.asked("Which?");
      await hub.answer(["approve", String(id), "--answer", "No"]);
      const { stdout } = await asking.exit(STEP_MS);
      assertMatch((JSON.parse(stdout) as { result: string }).result, /"Which\?"="No"/);
      assertEquals(hub.approvals().filter((one) => String(one["input"]).includes("Which?")).length, 1);
    }
    await eventually(async () => (await hub.pending()).length === 0, STEP_MS, "the end of all requests");
  });
}

/** How each agent, in the lab's environment, says whether it reaches the servers of its configuration. */
const LISTS: readonly (readonly [agent: LabAgent, argv: readonly string[], env: Readonly<Record<string, string>>])[] = [
  ["claude", [programOf("claude")], { ANTHROPIC_API_KEY: "dummy", ANTHROPIC_BASE_URL: "http://127.0.0.1:1" }],
  ["gemini", ["node", programOf("gemini")], { GEMINI_API_KEY: "dummy" }],
];

for (const [agent, argv, env] of LISTS) {
  labTest(agent, `H5 M3 real ${agent} reaches the server that hooks install registers`, async () => {
    await using home = await TestHome.create();
    const command = home.command([]);
    const launcher = `${home.root}/.local/share/agent-console/current/agent-console`;
    await Deno.mkdir(dirname(launcher), { recursive: true });
    await Deno.mkdir(`${home.root}/.local/bin`, { recursive: true });
    const words = shellQuote([
      "exec",
      "env",
      ...Object.entries(command.env).map((pair) => pair.join("=")),
      ...command.argv,
    ]);
    await Deno.writeTextFile(launcher, `#!/bin/sh\n${words} "$@"\n`, { mode: 0o755 });
    await Deno.symlink(launcher, `${home.root}/.local/bin/agent-console`);
    await Deno.mkdir(`${home.root}/.gemini`);
    // Else it starts no server in a folder that it was not told to trust.
    const trust = { security: { auth: { selectedType: "gemini-api-key" }, folderTrust: { enabled: false } } };
    await Deno.writeTextFile(`${home.root}/.gemini/settings.json`, JSON.stringify(trust));
    assertEquals((await home.cli(["hooks", "install", agent, "--mcp", "--no-feed"])).code, 0);
    const within = isRoot ? [`${LAB}/bin/labns`] : [];
    await using listing = inLab(home, [...within, ...argv, "mcp", "list"], { ...env, DISABLE_AUTOUPDATER: "1" });
    const { stdout, stderr } = await listing.exit(STEP_MS);
    assertMatch(`${stdout}${stderr}`, /agent-console: \S+\/agent-console mcp .*Connected/);
  });
}
