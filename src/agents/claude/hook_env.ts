/** What Claude Code sends its hooks in the environment. Imports nothing: the hook's fast path loads it. */
export const CLAUDE_HOOK_ENV = [
  /** Pid of the agent that runs the hook. */
  "CLAUDE_PID",
  /** How Claude Code was started: `cli` is its terminal UI, whose dialogs are on the screen while a hook runs. */
  "CLAUDE_CODE_ENTRYPOINT",
] as const;
