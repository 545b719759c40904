/** H1: the hooks that an earlier version installed report to today's daemon as they stand, without an installation anew. */
import { assertEquals } from "@std/assert";
import { parse as parseJsonc } from "@std/jsonc";
import { shellWords } from "../../src/lib/shell_words.ts";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { isForeign } from "../support/harness_program.ts";
import { eventually } from "../support/harness_wait.ts";
import { OLD_HOME } from "../support/old_home.ts";
import type { Json } from "../support/wire.ts";

/** Agent → its settings file, and an event by which its session is known. */
const AGENTS: Readonly<Record<string, readonly [string, (session: string) => Json]>> = {
  claude: [".claude/settings.json", (session_id) => ({ hook_event_name: "SessionStart", session_id, cwd: "/w" })],
  codex: [".codex/hooks.json", (session_id) => ({ hook_event_name: "SessionStart", session_id, cwd: "/w" })],
  gemini: [".gemini/settings.json", (session_id) => ({ hook_event_name: "SessionStart", session_id, cwd: "/w" })],
  opencode: [
    ".config/opencode/plugin/agent-console.js",
    (sessionID) => ({ type: "session.created", sessionID, directory: "/w", properties: {} }),
  ],
  cursor: [
    ".cursor/hooks.json",
    (id) => ({ hook_event_name: "sessionStart", conversation_id: id, workspace_roots: ["/w"] }),
  ],
};

/** A text of the old settings, for the home and the program of this test. */
function moved(home: TestHome, text: string): string {
  return text.replaceAll("/home/u", home.root).replaceAll("/opt/agent-console", REPOSITORY)
    .replaceAll("/opt/deno/deno", Deno.execPath());
}

interface Handler {
  readonly command: string;
  readonly args?: readonly string[];
}

/** The words of the command that the agent runs at its first event. */
function oldHook(home: TestHome, name: string, file: string): readonly string[] {
  const text = moved(home, Deno.readTextFileSync(`${OLD_HOME}/${file}`));
  const plugin = /^const COMMAND = (.*);$/m.exec(text)?.[1];
  if (plugin !== undefined) return JSON.parse(plugin);
  const { hooks } = parseJsonc(text) as unknown as { hooks: Record<string, (Handler & { hooks?: Handler[] })[]> };
  const all = Object.values(hooks).flat().flatMap((entry) => entry.hooks ?? [entry]);
  const argvs = all.map(({ command, args }) => args === undefined ? shellWords(command) ?? [] : [command, ...args]);
  const found = argvs.find((words) => words.at(-2) === "hook" && words.at(-1) === name);
  if (found === undefined) throw new Error(`Cannot find a hook of ours in ${file}`);
  return found;
}

Deno.test({
  name: "H1 hooks and a status line as an earlier version installed them report without an installation anew",
  ignore: isForeign,
  fn: async () => {
    await using home = await TestHome.create();
    await home.start({ args: ["--limit", "tickMs=500"] });
    const { env } = home.command([]);
    for (const [name, [file, event]] of Object.entries(AGENTS)) {
      await using hook = home.spawnArgv(oldHook(home, name, file), env, JSON.stringify(event(`of-${name}`)));
      const { code, stdout, stderr } = await hook.exit(10_000);
      assertEquals([code, stdout, stderr], [0, "", ""], name);
    }
    await Deno.mkdir(`${home.root}/bin`);
    await Deno.writeTextFile(`${home.root}/bin/line`, "#!/bin/sh\necho my line $1\n", { mode: 0o755 });
    const { statusLine } = parseJsonc(
      moved(home, await Deno.readTextFile(`${OLD_HOME}/.claude/settings.json`)),
    ) as unknown as { statusLine: Handler };
    const shown = JSON.stringify({ session_id: "of-claude", model: { id: "m", display_name: "Opus 5.5" } });
    const told = async () => {
      await using line = home.spawnArgv(["sh", "-c", statusLine.command], env, shown);
      const { code, stdout, stderr } = await line.exit(10_000);
      assertEquals([code, stdout, stderr], [0, "my line --short\n", ""]);
    };
    await told();

    await using client = await home.connect({ token: true });
    const sessions = async () => (await client.request("session.list"))["sessions"] as Json[];
    // On a busy machine an event goes by the spool, and a status line's report is left to the next one.
    const all = Object.keys(AGENTS);
    await eventually(async () => (await sessions()).length >= all.length, 10_000, "the sessions of all agents");
    const seen = Object.fromEntries((await sessions()).map(({ agent, id }) => [agent, id]));
    assertEquals(seen, Object.fromEntries(all.map((name) => [name, `of-${name}`])));
    const model = async () => (await sessions()).find(({ agent }) => agent === "claude")?.["model"];
    for (let tries = 0; tries < 5 && await model() === undefined; tries++) await told();
    assertEquals(await model(), "Opus 5.5");
  },
});
