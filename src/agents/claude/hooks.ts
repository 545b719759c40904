/** Claude Code's hooks: `hooks` in its settings. Facts: its CHANGELOG and docs, and recordings. */
import { claudeSkips } from "./settings_shape.ts";
import { DECISION_TIMEOUT_S, joinPath, type JsonHooks, NOTIFY_TIMEOUT_S } from "../shared/hook_spec.ts";

/**
 * Each costs a process, so none only repeats another. Left out: CwdChanged (every later event has the folder),
 * MessageDisplay (delays the reply on the screen and the end of `-p`), WorktreeCreate (replaces git), PreCompact,
 * PostCompact and others that say nothing about the status.
 */
export const claudeHooks: JsonHooks = {
  name: "claude",
  title: "Claude Code",
  // Older ones do not know `args`, and before 2.1.101 one unknown event made them skip the whole settings file.
  about: "2.1.139 or newer. It reads changed settings without a restart.",
  form: "json",
  layout: "groups",
  reads: { byteOrderMark: true },
  skips: claudeSkips,
  /**
   * `CLAUDE_CONFIG_DIR` moves `~/.claude`. For one project it is `settings.local.json`: the path of our program is a
   * fact of this machine, and `settings.json` is what a team commits.
   */
  file: ({ env, userHome, cwd, project }) => {
    if (project) return `${cwd}/.claude/settings.local.json`;
    return `${joinPath(cwd, env("CLAUDE_CONFIG_DIR") || `${userHome}/.claude`)}/settings.json`;
  },
  handler: (row, [command, ...args]) => ({
    type: "command",
    command,
    args,
    timeout: row.timeout,
    ...(row.async ? { async: true } : {}),
  }),
  off: (settings) => settings["disableAllHooks"] === true,
  rows: [
    { event: "SessionStart", timeout: NOTIFY_TIMEOUT_S, async: false, why: "must come before the first prompt" },
    {
      event: "SessionEnd",
      timeout: 2,
      async: false,
      why:
        "an asynchronous hook dies with the agent; the timeout also raises what all SessionEnd hooks share, so it is short",
    },
    {
      event: "UserPromptSubmit",
      timeout: NOTIFY_TIMEOUT_S,
      async: false,
      why: "opens the turn: late, it would open an ended one",
    },
    {
      event: "PreToolUse",
      matcher: "*",
      timeout: NOTIFY_TIMEOUT_S,
      async: false,
      policy: true,
      why: "late, it would reopen a turn or hide a question",
    },
    {
      event: "PostToolUse",
      matcher: "*",
      timeout: NOTIFY_TIMEOUT_S,
      async: true,
      why: "late, it opens nothing and answers only its own call",
    },
    {
      event: "PostToolUseFailure",
      matcher: "*",
      timeout: NOTIFY_TIMEOUT_S,
      async: false,
      why: "tells an interrupt: late, it would end the next turn",
    },
    {
      event: "PostToolBatch",
      timeout: NOTIFY_TIMEOUT_S,
      async: true,
      why: "the only event after a call that was refused in the terminal: else the row would wait until the turn ends",
    },
    {
      event: "PermissionRequest",
      matcher: "*",
      timeout: DECISION_TIMEOUT_S,
      async: false,
      why: "the human is asked; the dialog is on the screen meanwhile, so nobody waits for the hook",
    },
    { event: "PermissionDenied", matcher: "*", timeout: NOTIFY_TIMEOUT_S, async: true, why: "late, as PostToolUse" },
    {
      event: "Notification",
      timeout: NOTIFY_TIMEOUT_S,
      async: true,
      why: "fires 6 s after a dialog or 60 s after a turn; nothing follows",
    },
    {
      event: "Elicitation",
      timeout: DECISION_TIMEOUT_S,
      async: false,
      why: "the human is asked to fill a form; must come before its result",
    },
    {
      event: "ElicitationResult",
      timeout: NOTIFY_TIMEOUT_S,
      async: false,
      why: "late, it would answer the next question",
    },
    {
      event: "SubagentStart",
      timeout: NOTIFY_TIMEOUT_S,
      async: false,
      why: "must come before its stop: they are counted",
    },
    {
      event: "SubagentStop",
      timeout: NOTIFY_TIMEOUT_S,
      async: true,
      why: "late, the next turn's end has counted already",
    },
    {
      event: "Stop",
      timeout: NOTIFY_TIMEOUT_S,
      async: false,
      why: "must come before the next prompt, and before the end of -p",
    },
    { event: "StopFailure", timeout: NOTIFY_TIMEOUT_S, async: false, why: "late, it would fail the next turn" },
  ],
};
