/**
 * The environment values that the hook client sends along with an event. The hook's fast path loads this file and not the
 * registry: every import would be paid at each event of each agent, so an agent is a line here only where it tells its
 * hooks something.
 *
 * A closed list, because a hook inherits the whole environment of its agent: API keys and messaging tokens among it. Its
 * order is part of the installed command, which some agents' users have to trust again when it changes.
 */
import { CLAUDE_HOOK_ENV } from "./claude/hook_env.ts";
import { TERMINAL_ENV } from "./shared/hook_env.ts";

export const HOOK_ENV: readonly string[] = [...CLAUDE_HOOK_ENV, ...TERMINAL_ENV];
