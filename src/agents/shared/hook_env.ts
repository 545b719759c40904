/**
 * The environment values that the hook client sends along with an event. This file imports nothing: the
 * hook's fast path loads it, and every import would be paid at each event of each agent.
 *
 * A closed list, because a hook inherits the whole environment of its agent: API keys and
 * `CLAUDE_CODE_MESSAGING_TOKEN` among it.
 */
export const HOOK_ENV = [
  /** Pid of the agent that runs the hook. */
  "CLAUDE_PID",
  /** How Claude Code was started: `cli` is its terminal UI, whose dialogs are on the screen while a hook runs. */
  "CLAUDE_CODE_ENTRYPOINT",
  "TMUX",
  "TMUX_PANE",
  "TERM_PROGRAM",
  "WEZTERM_PANE",
  "KITTY_WINDOW_ID",
  "SSH_TTY",
] as const;

/**
 * Not read from the environment: the hook client's own parent. Agents that tell their hooks no pid are known by it,
 * as far as domain/parent_pid.ts believes it.
 */
export const PARENT_PID = "PPID";

export type HookEnvName = typeof HOOK_ENV[number] | typeof PARENT_PID;

/** What the hook client forwarded; absent where the variable was not set. */
export type HookEnv = Readonly<Partial<Record<HookEnvName, string>>>;
