/** Every agent whose hooks are understood: a new one is a line here and a file beside. */
import type { Adapter } from "./adapter.ts";
import { likeName } from "./agent_name.ts";
import { claude } from "./claude.ts";
import { claudeLike } from "./claude_like.ts";
import { codex } from "./codex.ts";
import { cursor } from "./cursor.ts";
import { custom } from "./custom.ts";
import { gemini } from "./gemini.ts";
import { opencode } from "./opencode.ts";

const ADAPTERS: ReadonlyMap<string, Adapter> = new Map(
  [claude, codex, gemini, opencode, cursor, custom].map((adapter) => [adapter.name, adapter]),
);

/** The adapter for the agent's name on the wire, or undefined where there is none. */
export function adapterOf(name: string): Adapter | undefined {
  const like = likeName(name);
  return like === undefined ? ADAPTERS.get(name) : claudeLike(like);
}

/** Names that {@link adapterOf} knows, in the order of the table. */
export const HOOK_NAMES: readonly string[] = [
  ...ADAPTERS.keys(),
  "claude-like:NAME",
];
