/**
 * The values of AGENT in `agent-console hook AGENT`, for help texts: every command line may print them, and the
 * registry would load every agent. A test compares the two.
 */
import { FAMILY } from "./shared/agent_name.ts";

export { FAMILY };

export const HOOK_WORDS: readonly string[] = ["claude", "codex", "gemini", "opencode", "cursor", "custom", FAMILY];
