/** Every agent whose hooks are understood: a new one is a line here and a file beside. */
import type { Adapter } from "./shared/adapter.ts";
import { customName } from "./shared/agent_name.ts";
import { claude } from "./claude/events.ts";
import { claudeLike } from "./claude_like/events.ts";
import { codex } from "./codex/events.ts";
import { cursor } from "./cursor/events.ts";
import { custom } from "./custom/events.ts";
import { gemini } from "./gemini/events.ts";
import { opencode } from "./opencode/events.ts";

const ADAPTERS: ReadonlyMap<string, Adapter> = new Map(
  [claude, codex, gemini, opencode, cursor, custom].map((adapter) => [adapter.name, adapter]),
);

/** The adapter for the agent's name on the wire, or undefined where there is none. */
export function adapterOf(name: string): Adapter | undefined {
  const like = customName(name);
  return like === undefined ? ADAPTERS.get(name) : claudeLike(like);
}

/** Names that {@link adapterOf} knows, in the order of the table. */
export const HOOK_NAMES: readonly string[] = [
  ...ADAPTERS.keys(),
  "claude-like:NAME",
];
