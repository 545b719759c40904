/** The plugin file of an agent: one of an earlier version is ours, whatever its text. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { opencodeHooks } from "../../src/agents/opencode/hooks.ts";
import { opencodePlugin } from "../../src/agents/opencode/plugin.ts";
import { pluginStatus, removePlugin, renderPlugin } from "../../src/settings/plugin_file.ts";

const AGENT = opencodeHooks(opencodePlugin);
const PROGRAM = ["/usr/local/bin/agent-console"];

/** As 0.1.0 wrote it, when the plugin was a template in TypeScript: its beginning, and a line that is another today. */
const EARLIER = `// agent-console: written by "hooks install", taken away by "hooks uninstall"
// agent-console plugin for OpenCode
// Written by "agent-console hooks install opencode"; removed by "agent-console hooks uninstall opencode".
// It tells agent-console what OpenCode does, and passes on answers to what OpenCode asks. Changes here are lost.
import { spawn } from "node:child_process";

const COMMAND = ["/usr/local/bin/agent-console","hook","opencode"];
const CUT = "…(cut)";
    } catch {} // one event less
`;

Deno.test("H3 a plugin file of the earlier form is ours: shown as outdated, brought up to date, taken away", () => {
  assertEquals(pluginStatus(AGENT, EARLIER, PROGRAM).state, "outdated");
  const now = renderPlugin(AGENT, EARLIER, PROGRAM);
  assertEquals(pluginStatus(AGENT, now, PROGRAM).state, "installed");
  assertEquals(renderPlugin(AGENT, now, PROGRAM), now);
  assertEquals(removePlugin(EARLIER), "");
});

Deno.test("H3 the head of the plugin file is the one of the earlier form, so that older versions know it as theirs", () => {
  const head = EARLIER.split("\n").slice(0, 6).join("\n");
  assert(renderPlugin(AGENT, "", PROGRAM).startsWith(head));
});

Deno.test("H3 somebody else's plugin file is left alone", () => {
  assertThrows(() => renderPlugin(AGENT, "export const Mine = 1;\n", PROGRAM));
  assertEquals(removePlugin("export const Mine = 1;\n"), "export const Mine = 1;\n");
});
