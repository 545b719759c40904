/** The lists beside the registry, which fast paths and pure tables read, say what the descriptors say. */
import { assert, assertEquals } from "@std/assert";
import { AGENT_ADAPTERS } from "../../src/agents/adapters.ts";
import { AGENT_FEEDS } from "../../src/agents/feeds.ts";
import { AGENT_FILES } from "../../src/agents/files.ts";
import { HOOK_ENV } from "../../src/agents/hook_env.ts";
import { HOOK_WORDS } from "../../src/agents/names.ts";
import { AGENTS } from "../../src/agents/registry.ts";
import { PID_NAMESPACE, TERMINAL_ENV } from "../../src/agents/shared/hook_env.ts";
import { statusline } from "../../src/agents/statusline.ts";

const FOLDERS = [...Deno.readDirSync(new URL("../../src/agents", import.meta.url))]
  .filter(({ isDirectory, name }) => isDirectory && name !== "shared").map(({ name }) => name);

Deno.test("agents: each folder has a descriptor in the registry, under a name of its own", async () => {
  const described = await Promise.all(FOLDERS.map(async (folder) => {
    const module = await import(new URL(`../../src/agents/${folder}/mod.ts`, import.meta.url).href);
    const exported = Object.values(module);
    assertEquals(exported.length, 1, `agents/${folder}/mod.ts exports one descriptor`);
    return exported[0];
  }));
  assertEquals(new Set<unknown>(AGENTS), new Set(described));
  assertEquals(new Set(AGENTS.map(({ name }) => name)).size, FOLDERS.length);
});

Deno.test("agents: a descriptor's parts go by its name", () => {
  for (const { name, adapter, feed, hooks, statusline } of AGENTS) {
    if (typeof adapter !== "function") assertEquals(adapter.name, name);
    assertEquals(hooks?.name ?? name, name);
    assertEquals(feed?.agent ?? name, name);
    assertEquals(statusline?.report.agent ?? name, name);
  }
});

Deno.test("agents: the lists beside the registry are those of the descriptors", () => {
  assertEquals(
    AGENT_ADAPTERS,
    AGENTS.map(({ name, adapter, alsoRuns }) => ({ name, adapter, ...(alsoRuns === undefined ? {} : { alsoRuns }) })),
  );
  assertEquals(HOOK_WORDS, AGENTS.map(({ name }) => name));
  assertEquals(HOOK_ENV, [...AGENTS.flatMap(({ hookEnv = [] }) => hookEnv), ...TERMINAL_ENV, PID_NAMESPACE]);
  assertEquals(AGENT_FILES, AGENTS.flatMap(({ files }) => files ?? []));
  assertEquals(AGENT_FEEDS, AGENTS.flatMap(({ feed }) => feed ?? []));
  assertEquals([statusline], AGENTS.flatMap((agent) => agent.statusline?.report ?? []));
});

Deno.test("agents: what a hook forwards is the same in every version: it is part of the command that users trust", () => {
  assertEquals(HOOK_ENV, [
    "CLAUDE_PID",
    "CLAUDE_CODE_ENTRYPOINT",
    "TMUX",
    "TMUX_PANE",
    "TERM_PROGRAM",
    "WEZTERM_PANE",
    "KITTY_WINDOW_ID",
    "SSH_TTY",
    "ITERM_SESSION_ID",
    "ZELLIJ_PANE_ID",
    "ZELLIJ_SESSION_NAME",
    "AC_PID_NAMESPACE",
  ]);
});

Deno.test("agents: the variables of hooks import nothing, because the hook's fast path pays for every import", () => {
  const text = (path: string) => Deno.readTextFileSync(new URL(`../../src/agents/${path}`, import.meta.url));
  const imports = [...text("hook_env.ts").matchAll(/from "\.\/(.*)"/g)].map(([, path]) => path!);
  assert(imports.length > 0);
  for (const path of imports) assert(!/^import|\bimport\(|^export .* from/m.test(text(path)), path);
});
