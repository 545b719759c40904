/** Our MCP server in each agent's own configuration: put in, seen, mended, and taken out byte for byte. */
import { parse } from "@std/toml/parse";
import { parse as parseJsonc } from "@std/jsonc";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { dirname } from "@std/path";
import { AGENTS } from "../../src/agents/registry.ts";
import { ConsoleError } from "../../src/protocol/errors.ts";
import { mcpState, type McpTarget, registerMcp, unregisterMcp } from "../../src/settings/mcp_install.ts";
import { installSystem } from "./hooks_install_system.ts";
import { NASTY } from "./hooks_nasty_settings.ts";

const system = installSystem();
const ARGV = ["/home/u/.local/bin/agent-console", "mcp"];
const WITH_SERVERS = { type: "stdio", command: "/bin/other", args: [] };
const TOML: Readonly<Record<string, string>> = {
  "empty file": "",
  "no trailing newline": 'model = "x"',
  "CRLF": 'model = "x"\r\n\r\n[tui]\r\nnotify = true\r\n',
  "other servers": '# mine\n[mcp_servers.other]\ncommand = "x" # why\n\n[mcp_servers.other.env]\nA = "1"\n\n\n',
  "a list over lines": 'notify = [\n  "a",\n]\n',
};

async function inFolder(name: string, test: (target: McpTarget) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const mcp = AGENTS.find((agent) => agent.name === name)?.mcp;
    assert(mcp !== undefined);
    const file = mcp.file({ env: () => undefined, userHome: `${folder}/user`, cwd: folder });
    await Deno.mkdir(dirname(file), { recursive: true });
    await Deno.mkdir(`${folder}/home`, { mode: 0o700 });
    await test({ home: `${folder}/home`, agent: name, mcp, file, argv: ARGV });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const textOf = (path: string) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(Deno.readFileSync(path));
const isThere = (path: string) => system.files.stat(path) !== undefined;
const without = (text: string, form: string) => JSON.stringify(form === "toml" ? parse(text) : parseJsonc(text));

for (const { name, mcp } of AGENTS) {
  if (mcp === undefined) continue;
  const servers = `{\n  "a": 1,\n  "${mcp.section}": {\n    "other": ${JSON.stringify(WITH_SERVERS)}\n  }\n}\n`;
  const texts = mcp.form === "toml" ? TOML : { ...NASTY, "other servers": servers };

  Deno.test(`H3 ${name}: its MCP server is registered once, seen, and taken out byte for byte`, () =>
    inFolder(name, async (target) => {
      const { file } = target;
      for (const [what, text] of Object.entries(texts)) {
        await Deno.writeFile(file, new TextEncoder().encode(text));
        await Deno.chmod(file, 0o640);
        assertEquals(mcpState(system, target), "absent", what);
        assertEquals((await registerMcp(system, target)).changed, true, what);
        assertEquals(mcpState(system, target), "installed", what);
        assertEquals((await registerMcp(system, target)).changed, false, what);
        // Another command of ours, as before an update, is replaced.
        await registerMcp(system, { ...target, argv: ["/elsewhere/agent-console", "mcp"] });
        assertEquals(mcpState(system, target), "outdated", what);
        await registerMcp(system, target);
        assertEquals((await unregisterMcp(system, target)).changed, true, what);
        assertEquals(textOf(file), text, what);
        assertEquals((await Deno.stat(file)).mode! & 0o777, 0o640, what);
        assertEquals((await unregisterMcp(system, target)).changed, false, what);
      }
      assertEquals(await Array.fromAsync(Deno.readDir(`${target.home}/backups`)), []);
    }));

  Deno.test(`H3 ${name}: where the agent has written its configuration since, our entry alone goes`, () =>
    inFolder(name, async (target) => {
      const { file } = target;
      const [added, made] = mcp.form === "toml"
        ? ["\n# theirs\n[tui]\nnotify = true\n", "[tui]\nnotify = true\n"]
        : [undefined, `{\n  "theirs": 1\n}\n`];
      await registerMcp(system, target);
      const now = textOf(file);
      await Deno.writeTextFile(file, added === undefined ? now.replace("{", '{\n  "theirs": 1,') : now + added);
      assertEquals(mcpState(system, target), "installed");
      await registerMcp(system, { ...target, argv: ["/elsewhere/agent-console", "mcp"] });
      await registerMcp(system, target);
      await unregisterMcp(system, target);
      assertEquals(without(textOf(file), mcp.form), without(made, mcp.form));
      // A file that was made for it goes with it.
      await Deno.remove(file);
      await registerMcp(system, target);
      await unregisterMcp(system, target);
      assertEquals(isThere(file), false);
    }));

  Deno.test(`H3 ${name}: a broken configuration, and another server of our name, are left alone`, () =>
    inFolder(name, async (target) => {
      const foreign = mcp.form === "toml"
        ? '[mcp_servers.agent-console]\ncommand = "/bin/other"\n'
        : JSON.stringify({ [mcp.section]: { "agent-console": { command: "/bin/other", args: ["mcp"] } } });
      const inline = mcp.form === "toml" ? 'mcp_servers = { other = { command = "x" } }\n' : `{"${mcp.section}": [1]}`;
      for (const text of ["{ [", foreign, inline]) {
        await Deno.writeTextFile(target.file, text);
        await assertRejects(() => registerMcp(system, target), ConsoleError);
        assertEquals(textOf(target.file), text);
      }
      await Deno.writeTextFile(target.file, foreign);
      assertEquals(mcpState(system, target), "unreadable");
      assertEquals((await unregisterMcp(system, target)).changed, false);
    }));
}
