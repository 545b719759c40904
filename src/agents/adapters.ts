/**
 * The adapters of the agents, for the daemon. A list of its own and not the registry: a daemon reads and answers events,
 * and puts no hooks into settings, of which the registry knows everything.
 */
import { claude } from "./claude/events.ts";
import { claudeLike } from "./claude_like/events.ts";
import { codex } from "./codex/events.ts";
import { cursor, CURSOR_ALSO_RUNS } from "./cursor/events.ts";
import { custom } from "./custom/events.ts";
import { gemini } from "./gemini/events.ts";
import { HOOK_ENV } from "./hook_env.ts";
import { opencode } from "./opencode/events.ts";
import type { Adapter } from "./shared/adapter.ts";
import { FAMILY } from "./shared/agent_name.ts";
import type { AgentDescriptor } from "./shared/descriptor.ts";
import { customName } from "./shared/free_name.ts";
import { PARENT_PID } from "./shared/hook_env.ts";
import { refusedName } from "./shared/refused_name.ts";

/** In the order of the registry, of which a test says that it has the same. */
export const AGENT_ADAPTERS: readonly Pick<AgentDescriptor, "name" | "adapter" | "alsoRuns">[] = [
  { name: claude.name, adapter: claude },
  { name: codex.name, adapter: codex },
  { name: gemini.name, adapter: gemini },
  { name: opencode.name, adapter: opencode },
  { name: cursor.name, adapter: cursor, alsoRuns: CURSOR_ALSO_RUNS },
  { name: custom.name, adapter: custom },
  { name: FAMILY, adapter: claudeLike },
];

const BY_NAME: ReadonlyMap<string, AgentDescriptor["adapter"]> = new Map(
  AGENT_ADAPTERS.map(({ name, adapter }) => [name, adaptersOf(name, adapter)]),
);

/** Through the hook of one agent come the payloads of those, too, that run its hooks: each is read as what it is. */
function adaptersOf(name: string, adapter: AgentDescriptor["adapter"]): AgentDescriptor["adapter"] {
  const [guest] = AGENT_ADAPTERS.filter(({ alsoRuns }) => alsoRuns?.agent === name);
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
export const HOOK_NAMES: readonly string[] = AGENT_ADAPTERS.map(({ name, adapter }) =>
  typeof adapter === "function" ? `${name}:NAME` : name
);

/** Why {@link adapterOf} has none for `wire`. */
export function nameProblem(wire: string): string {
  return refusedName(wire, HOOK_NAMES);
}
