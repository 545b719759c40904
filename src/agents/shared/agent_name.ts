/** Names of agents, as rows store them. This file imports nothing: the hook's fast path loads it. */

export const AGENT_NAME: RegExp = /^[a-z][a-z0-9_-]{0,31}$/;
/** The name of a family of agents; each member has its own name after a colon. */
export const FAMILY = "claude-like";

export function isWellFormedName(name: string): boolean {
  return AGENT_NAME.test(name);
}

/** Longest name on the wire, UTF-16 units. */
export const MAX_WIRE_NAME = 80;

/**
 * The agent's name on the wire, for `hook AGENT [--name NAME]`: an agent with hooks of Claude's shape has one of its own,
 * `claude-like:qwen`. A name that cannot be used goes along too, because the daemon refuses it and says why in its log.
 */
export function storedName(agent: string, name: string | undefined): string {
  const full = agent === FAMILY && name ? `${FAMILY}:${name}` : agent;
  return (full || "?").slice(0, MAX_WIRE_NAME);
}
