/** Names of agents, as rows store them. This file imports nothing: the hook's fast path loads it. */

const NAME = /^[a-z][a-z0-9_-]{0,31}$/;
/** The name of a family of agents; each member has its own name after a colon. */
export const FAMILY = "claude-like";

export function isAgentName(name: string): boolean {
  return NAME.test(name);
}

/**
 * The agent's name on the wire, for `hook AGENT [--name NAME]`: an agent with hooks of Claude's shape has one of its own,
 * `claude-like:qwen`. Without a usable name it is the bare `claude-like`, which the daemon refuses and notes down.
 */
export function storedName(agent: string, name: string | undefined): string {
  return agent === FAMILY && name !== undefined && NAME.test(name) ? `${FAMILY}:${name}` : agent;
}

/** The `NAME` of `claude-like:NAME`; undefined for other names. */
export function customName(wire: string): string | undefined {
  const name = wire.startsWith(`${FAMILY}:`) ? wire.slice(FAMILY.length + 1) : "";
  return NAME.test(name) ? name : undefined;
}
