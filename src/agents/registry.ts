/** The agents. A new one is a folder and a line here; other code uses the descriptors, never an agent itself. */
import { claudeAgent } from "./claude/mod.ts";
import { claudeLikeAgents } from "./claude_like/mod.ts";
import { codexAgent } from "./codex/mod.ts";
import { cursorAgent } from "./cursor/mod.ts";
import { customAgent } from "./custom/mod.ts";
import { geminiAgent } from "./gemini/mod.ts";
import { opencodeAgent } from "./opencode/mod.ts";
import type { AgentDescriptor } from "./shared/descriptor.ts";
import type { AgentHooks } from "./shared/hook_spec.ts";
import type { ToolTable } from "./shared/tool_table.ts";

export const AGENTS: readonly AgentDescriptor[] = [
  claudeAgent,
  codexAgent,
  geminiAgent,
  opencodeAgent,
  cursorAgent,
  customAgent,
  claudeLikeAgents,
];

/** The agents into whose settings our hooks can be put. */
export const HOOK_SPECS: readonly AgentHooks[] = AGENTS.flatMap(({ hooks }) => hooks ?? []);

/** What a tool of this name does, by the table of the first agent that has one: equal names do the same. */
export function whatToolDoes(tool: string): Exclude<ToolTable[string][0], "list"> | undefined {
  const table = AGENTS.find(({ tools = {} }) => Object.hasOwn(tools, tool))?.tools;
  const does = table?.[tool]?.[0];
  return does === "list" ? "search" : does;
}
