/**
 * The environment variables that the hook client sends with an event. The hook's fast path loads this file and not the
 * registry: every import costs time at each event of each agent, so an agent has a line here only where it sets
 * variables for its hooks.
 *
 * A closed list, because a hook inherits the whole environment of its agent, with API keys and messaging tokens. Its
 * order is part of the installed command, which some agents' users have to trust again when it changes.
 */
import { CLAUDE_HOOK_ENV } from "./claude/hook_env.ts";
import { PID_NAMESPACE, TERMINAL_ENV } from "./shared/hook_env.ts";

export const HOOK_ENV: readonly string[] = [...CLAUDE_HOOK_ENV, ...TERMINAL_ENV, PID_NAMESPACE];
