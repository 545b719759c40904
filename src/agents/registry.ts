/** Every agent whose hooks are understood: a new one is a line here and a file beside. */
import type { Adapter } from "./adapter.ts";
import { claude } from "./claude.ts";

const ADAPTERS: ReadonlyMap<string, Adapter> = new Map([[claude.name, claude]]);

/** The adapter of the agent called `name`, or undefined where there is none. */
export function adapterOf(name: string): Adapter | undefined {
  return ADAPTERS.get(name);
}

/** Names that {@link adapterOf} knows, in the order of the table. */
export const AGENT_NAMES: readonly string[] = [...ADAPTERS.keys()];
