/** What our entries look like in the settings: each agent's own shape, the file's indentation, a line for an event. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { stubArgv } from "../../src/agents/shared/own_program.ts";
import { addEntries, statusOf } from "../../src/settings/hook_entries.ts";
import { JSON_AGENTS } from "./hooks_agents.ts";

const PROGRAM = stubArgv("/home/u/.local/share/agent-console", "/home/u/.agent-console");

Deno.test("H3 the shapes are the agents' own", () => {
  const [claude, codex, gemini, cursor] = JSON_AGENTS.map((agent) => JSON.parse(addEntries(agent, "", ["/a b/ac"])));
  assertEquals(claude.hooks.PreToolUse, [{
    matcher: "*",
    hooks: [{ type: "command", command: "/a b/ac", args: ["claude", "rule"], timeout: 5 }],
  }]);
  assertEquals(codex.hooks.SessionEnd, [{
    hooks: [{ type: "command", command: "'/a b/ac' codex report", timeout: 3 }],
  }]);
  assertEquals(Object.keys(codex), ["hooks"]);
  assertEquals(gemini.hooks.BeforeTool, [{
    hooks: [{ name: "agent-console", type: "command", command: "'/a b/ac' gemini rule", timeout: 5000 }],
  }]);
  assertEquals(cursor.version, 1);
  assertEquals(cursor.hooks.stop, [{ command: "'/a b/ac' cursor report", timeout: 5 }]);
});

Deno.test("H3 indentation follows the file", () => {
  const [claude] = JSON_AGENTS;
  const tabs = addEntries(claude!, '{\n\t"a": {\n\t\t"b": 1\n\t}\n}\n', PROGRAM);
  assertStringIncludes(tabs, '\n\t"hooks": {\n\t\t"SessionStart": [{');
  const four = addEntries(claude!, '{\n    "a": 1\n}\n', PROGRAM);
  assertStringIncludes(four, '\n    "hooks": {\n        "SessionStart"');
  assert(!addEntries(claude!, '{"model":"x"}', PROGRAM).includes("\n"));
});

Deno.test("first hour 1: an event is one line of the settings, also where an earlier version took many", () => {
  for (const agent of JSON_AGENTS) {
    const text = addEntries(agent, "", PROGRAM);
    const lines = text.trimEnd().split("\n");
    assertEquals(lines.length, agent.rows.length + (agent.version === undefined ? 4 : 5), agent.name);
    const old = ["/opt/agent-console", "--home", "/h", "hook", agent.name];
    const handler = { ...agent.handler(agent.rows[0]!, old) };
    const entry = agent.layout === "flat" ? handler : { hooks: [handler] };
    const hooks = Object.fromEntries(agent.rows.map(({ event }) => [event, [entry]]));
    const many = JSON.stringify({ ...JSON.parse(text), hooks }, null, 2) + "\n";
    assertEquals(statusOf(agent, many, PROGRAM).state, "outdated");
    assertEquals(addEntries(agent, many, PROGRAM).split("\n").sort(), text.split("\n").sort());
  }
});
