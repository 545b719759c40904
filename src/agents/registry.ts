/** The agents. A new one is a folder and a line here; other code uses the descriptors, never an agent itself. */
import { claudeAgent } from "./claude/mod.ts";
import { claudeLikeAgents } from "./claude_like/mod.ts";
import { codexAgent } from "./codex/mod.ts";
import { cursorAgent } from "./cursor/mod.ts";
import { customAgent } from "./custom/mod.ts";
import { HOOK_ENV } from "./hook_env.ts";
import { PARENT_PID } from "./shared/hook_env.ts";
import { geminiAgent } from "./gemini/mod.ts";
import { opencodeAgent } from "./opencode/mod.ts";
import type { Adapter } from "./shared/adapter.ts";
import { customName } from "./shared/free_name.ts";
import type { AgentDescriptor } from "./shared/descriptor.ts";
import { refusedName } from "./shared/refused_name.ts";
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

const BY_NAME: ReadonlyMap<string, AgentDescriptor["adapter"]> = new Map(
  AGENTS.map(({ name, adapter }) => [name, adaptersOf(name, adapter)]),
);

/** Through the hook of one agent come the payloads of those, too, that run its hooks: each is read as what it is. */
function adaptersOf(name: string, adapter: AgentDescriptor["adapter"]): AgentDescriptor["adapter"] {
  const [guest] = AGENTS.filter(({ alsoRuns }) => alsoRuns?.agent === name);
  if (typeof adapter === "function" || guest?.alsoRuns === undefined || typeof guest.adapter === "function") {
    return adapter;
  }
  const { alsoRuns: { isOwn }, adapter: other } = guest;
  const of = (event: unknown) => isOwn(event) ? other : adapter;
  return {
    name,
    understand: (event, env) => of(event).understand(event, env),
    responseFor: (event, decision, cut) => of(event).responseFor(event, decision, cut),
  };
}

/** The adapter for the agent's name on the wire, or undefined where there is none. */
export function adapterOf(name: string): Adapter | undefined {
  const member = customName(name);
  const adapter = BY_NAME.get(member === undefined ? name : name.slice(0, -member.length - 1));
  if (typeof adapter !== "function") return adapter;
  return member === undefined ? undefined : adapter(member);
}

export { PID_NAMESPACE } from "./shared/hook_env.ts";

/** The names of what a hook tells of its agent's process and terminal. */
export const HOOK_FACTS: readonly string[] = [...HOOK_ENV, PARENT_PID];

/** Names that {@link adapterOf} knows, in the order of the table. */
export const HOOK_NAMES: readonly string[] = AGENTS.map(({ name, adapter }) =>
  typeof adapter === "function" ? `${name}:NAME` : name
);

/** Why {@link adapterOf} has none for `wire`. */
export function nameProblem(wire: string): string {
  return refusedName(wire, HOOK_NAMES);
}

/** The agents into whose settings our hooks can be put. */
export const HOOK_SPECS: readonly AgentHooks[] = AGENTS.flatMap(({ hooks }) => hooks ?? []);

/** What a tool of this name does, by the table of the first agent that has one: equal names do the same. */
export function whatToolDoes(tool: string): Exclude<ToolTable[string][0], "list"> | undefined {
  const table = AGENTS.find(({ tools = {} }) => Object.hasOwn(tools, tool))?.tools;
  const does = table?.[tool]?.[0];
  return does === "list" ? "search" : does;
}
