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
  "TMUX",
  "TMUX_PANE",
  "TERM_PROGRAM",
  "WEZTERM_PANE",
  "KITTY_WINDOW_ID",
  "SSH_TTY",
] as const;

export type HookEnvName = typeof HOOK_ENV[number];

/** What the hook client forwarded; absent where the variable was not set. */
export type HookEnv = Readonly<Partial<Record<HookEnvName, string>>>;
