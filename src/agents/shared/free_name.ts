/** Which names are free for agents that the program does not know: none that a person may take for a known agent's. */
import { editDistance } from "../../lib/did_you_mean.ts";
import { FAMILY, isWellFormedName } from "./agent_name.ts";

/**
 * Names that only the agent itself may have: those of the agents that the program knows, of this program, and what
 * people call them. A test compares the list with the registry.
 */
export const RESERVED_NAMES: readonly string[] = [
  ...["claude", "claude-code", "codex", "codex-cli", "gemini", "gemini-cli", "opencode", "cursor", "cursor-agent"],
  ...["custom", FAMILY, "agent-console", "daemon"],
];

/** Words of the language, which may begin another name. */
const WORDS: ReadonlySet<string> = new Set(["custom", "daemon"]);

/**
 * Whether `name` may be chosen by whoever registers a hook: well formed, and not to be taken for the name of an agent
 * that the program knows. A row's agent decides which rules apply and what a person believes to answer.
 */
export function isFreeName(name: string): boolean {
  return isWellFormedName(name) && !RESERVED_NAMES.some((reserved) => looksLike(name, reserved));
}

/** The same to the eye but for one slip, or another form of it to the mind, as `claude-pro` and `codex1`. */
function looksLike(name: string, reserved: string): boolean {
  const [seen, known] = [skeleton(name), skeleton(reserved)];
  if (!WORDS.has(reserved) && (name.startsWith(reserved) || seen.startsWith(known))) return true;
  return editDistance(name, reserved) <= 1 || editDistance(seen, known) <= 1;
}

/** What the eye makes of a name: characters that look alike are one, separators are none. */
function skeleton(name: string): string {
  return name.replaceAll(/[-_]/g, "").replaceAll(/[1il]/g, "l").replaceAll("rn", "m").replaceAll("vv", "w")
    .replaceAll("cl", "d").replaceAll("0", "o").replaceAll("3", "e").replaceAll("4", "a").replaceAll("5", "s")
    .replaceAll(/[69]/g, "g").replaceAll("7", "t").replaceAll("8", "b").replaceAll("v", "u");
}

/** The `NAME` of `claude-like:NAME`; undefined for other names, and for one that belongs to another agent. */
export function customName(wire: string): string | undefined {
  const name = wire.startsWith(`${FAMILY}:`) ? wire.slice(FAMILY.length + 1) : "";
  return isFreeName(name) ? name : undefined;
}
