/** Names of agents, as rows store them. This file imports nothing: the hook's fast path loads it. */

const NAME = /^[a-z][a-z0-9_-]{0,31}$/;
/** The name of a family of agents; each member has its own name after a colon. */
export const FAMILY = "claude-like";

/**
 * Names that only the agent itself may have: those of the agents that the program knows, of this program, and what
 * people call them. A test compares the list with the registry.
 */
export const RESERVED_NAMES: readonly string[] = [
  ...["claude", "claude-code", "codex", "codex-cli", "gemini", "gemini-cli", "opencode", "cursor", "cursor-agent"],
  ...["custom", FAMILY, "agent-console", "daemon"],
];

const RESERVED: ReadonlySet<string> = new Set(RESERVED_NAMES.map(skeleton));

/**
 * Whether `name` may be chosen by whoever registers a hook: well formed, and not to be taken for the name of an agent
 * that the program knows. A row's agent decides which rules apply and what a person believes to answer.
 */
export function isFreeName(name: string): boolean {
  return NAME.test(name) && !RESERVED.has(skeleton(name));
}

export function isWellFormedName(name: string): boolean {
  return NAME.test(name);
}

/** What the eye makes of a name: characters that look alike are one, separators are none. */
function skeleton(name: string): string {
  return name.replaceAll(/[-_]/g, "").replaceAll(/[1il]/g, "l").replaceAll("rn", "m").replaceAll("vv", "w")
    .replaceAll("cl", "d").replaceAll("0", "o").replaceAll("3", "e").replaceAll("4", "a").replaceAll("5", "s")
    .replaceAll(/[69]/g, "g").replaceAll("7", "t").replaceAll("8", "b").replaceAll("v", "u");
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

/** The `NAME` of `claude-like:NAME`; undefined for other names, and for one that belongs to another agent. */
export function customName(wire: string): string | undefined {
  const name = wire.startsWith(`${FAMILY}:`) ? wire.slice(FAMILY.length + 1) : "";
  return isFreeName(name) ? name : undefined;
}
