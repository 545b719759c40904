/** The environment of a hook, as the hook client sends it along with an event. Imports nothing: the fast path loads it. */

/** The terminal that the agent runs in. */
export const TERMINAL_ENV = [
  "TMUX",
  "TMUX_PANE",
  "TERM_PROGRAM",
  "WEZTERM_PANE",
  "KITTY_WINDOW_ID",
  "SSH_TTY",
  "ITERM_SESSION_ID",
  "ZELLIJ_PANE_ID",
  "ZELLIJ_SESSION_NAME",
] as const;

/** Set by the launcher of hooks, where the system has pid namespaces: `pid:[4026531836]`. */
export const PID_NAMESPACE = "AC_PID_NAMESPACE";

/**
 * Not read from the environment: the parent of the hook client. It identifies agents that send no pid with their hooks,
 * as far as domain/confirmed_pid.ts confirms it.
 */
export const PARENT_PID = "PPID";

/** What the hook client forwarded; absent where the variable was not set. */
export type HookEnv = Readonly<Record<string, string>>;
