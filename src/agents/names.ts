/**
 * The words of `agent-console hook AGENT`, for help texts: every command line prints from this list or may, and the registry
 * would bring every agent along. A test holds the two together.
 */
import { FAMILY } from "./shared/agent_name.ts";

export { FAMILY };

export const HOOK_WORDS: readonly string[] = ["claude", "codex", "gemini", "opencode", "cursor", "custom", FAMILY];
