/** `hooks install --mcp`: the MCP server in the agents' own configuration, by the command that is installed. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { HOOK_SPECS } from "../../src/agents/registry.ts";
import { exists } from "../support/exists.ts";
import { TestHome } from "../support/harness.ts";
import { TestTerminal } from "../support/terminal.ts";
import type { Json } from "../support/wire.ts";

/** A home in which the program is installed, as far as whoever registers it looks. */
async function installed(): Promise<TestHome> {
  const home = await TestHome.create();
  await Deno.mkdir(`${home.root}/.local/bin`, { recursive: true });
  const target = `${home.root}/.local/share/agent-console/current/agent-console`;
  await Deno.symlink(target, `${home.root}/.local/bin/agent-console`);
  return home;
}

async function states(home: TestHome, env: Record<string, string> = {}): Promise<readonly unknown[]> {
  const { stdout } = await home.cli(["hooks", "status", "--json"], { env });
  return (JSON.parse(stdout) as { hooks: Json[] }).hooks.map((row) => row["mcp"]);
}

Deno.test("H3 hooks install --mcp registers the installed command with every agent, status shows it, uninstall takes it out", async () => {
  await using home = await installed();
  const env = { PATH: "/nonexistent", CODEX_HOME: `${home.root}/.codex` };
  const config = `${home.root}/.claude.json`;
  const before = '{"numStartups":7,\n "oauthAccount":{"secret":"s3cret-token"}}';
  await Deno.writeTextFile(config, before, { mode: 0o600 });
  const dry = await home.cli(["hooks", "install", "claude", "--mcp", "--dry-run"], { env });
  assertEquals(dry.code, 0, dry.stderr);
  assertStringIncludes(dry.stdout, ".local/bin/agent-console");
  assertEquals(await Deno.readTextFile(config), before);
  for (const { name } of HOOK_SPECS) {
    const { code, stdout, stderr } = await home.cli(["hooks", "install", name, "--mcp", "--no-feed"], { env });
    assertEquals([code, stderr], [0, ""], name);
    assertStringIncludes(stdout, "starts agent-console mcp, registered in");
  }
  const again = await home.cli(["hooks", "install", "claude", "--mcp"], { env });
  assertStringIncludes(again.stdout, "registered already");
  assertEquals(await states(home, env), HOOK_SPECS.map(() => "installed"));
  const { mcpServers } = JSON.parse(await Deno.readTextFile(config));
  const own = mcpServers["agent-console"];
  assertEquals([own.command, own.args], [`${home.root}/.local/bin/agent-console`, ["mcp"]]);
  for (const [path, text] of home.files()) assert(!text.includes("s3cret"), path);
  assertStringIncludes((await home.cli(["hooks", "status"], { env })).stdout, "MCP server installed");
  for (const { name } of HOOK_SPECS) {
    const { stdout } = await home.cli(["hooks", "uninstall", name], { env });
    assertStringIncludes(stdout, "agent-console mcp removed from");
  }
  assertEquals(await states(home, env), HOOK_SPECS.map(() => "absent"));
  assertEquals(await Deno.readTextFile(config), before);
  for (const file of [".gemini/settings.json", ".cursor/mcp.json", ".codex/config.toml"]) {
    assertEquals(await exists(`${home.root}/${file}`), false, file);
  }
});

Deno.test("H3 hooks install asks at a terminal whether to register the MCP server; uninstall takes it back", async () => {
  await using home = await installed();
  const config = `${home.root}/.claude.json`;
  for (const [answer, isThere] of [["n", false], ["y", true]] as const) {
    await using terminal = await TestTerminal.open(home, ["hooks", "install", "claude"], { columns: 200 });
    await terminal.shows("as an MCP server");
    await terminal.press(answer, "Enter");
    assertEquals((await terminal.exit()).code, 0);
    assertEquals(await exists(config), isThere);
  }
  await using again = await TestTerminal.open(home, ["hooks", "install", "claude"], { columns: 200 });
  assert(!(await again.exit()).screen.includes("[y/N]"));
  await using typed = await TestTerminal.open(home, ["mcp"], { columns: 200 });
  const { code: usage, screen } = await typed.exit();
  assertEquals(usage, 2);
  assertStringIncludes(screen, "to make one do so: agent-console hooks install AGENT --mcp");
  const { code, stderr } = await home.cli(["uninstall", "--yes"]);
  assertEquals(code, 0, stderr);
  assertEquals(await exists(config), false);
});

Deno.test("H3 hooks install --mcp changes nothing where there is no installed command, or for a project", async () => {
  await using home = await TestHome.create();
  const refused = await home.cli(["hooks", "install", "claude", "--mcp"]);
  assertEquals([refused.code, refused.stderr], [
    1,
    "error: the program is not installed, so there is no command that an agent could start\n" +
    "hint: agent-console install\n",
  ]);
  const project = await home.cli(["hooks", "install", "claude", "--mcp", "--project"]);
  assertEquals(project.code, 2);
  assertEquals([await exists(`${home.root}/.claude`), await exists(`${home.root}/.claude.json`)], [false, false]);
});
