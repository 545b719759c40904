/** Cursor's hooks: `hooks.json`, version 1, with flat lists. Facts: its reference of hooks, not tried. */
import { shellQuote } from "../../lib/shell_quote.ts";
import { DECISION_TIMEOUT_S, joinPath, type JsonHooks, NOTIFY_TIMEOUT_S } from "../shared/hook_spec.ts";

/**
 * Never `failClosed`: then an empty response would block the agent. Left out: the hooks of files, of tabs and of
 * replies, which say nothing about the status.
 */
export const cursorHooks: JsonHooks = {
  name: "cursor",
  title: "Cursor",
  about: "3.9 or newer.",
  form: "json",
  layout: "flat",
  version: 1,
  file: ({ userHome, cwd, project }) =>
    project ? `${cwd}/.cursor/hooks.json` : joinPath(cwd, `${userHome}/.cursor/hooks.json`),
  handler: (row, argv) => ({ command: shellQuote(argv), timeout: row.timeout }),
  rows: [
    { event: "sessionStart", timeout: NOTIFY_TIMEOUT_S, async: false, why: "must come before the first prompt" },
    { event: "sessionEnd", timeout: NOTIFY_TIMEOUT_S, async: false, why: "the last word" },
    { event: "beforeSubmitPrompt", timeout: NOTIFY_TIMEOUT_S, async: false, why: "opens the turn" },
    { event: "preToolUse", timeout: NOTIFY_TIMEOUT_S, async: false, policy: true, why: "which tool runs, and on what" },
    { event: "postToolUse", timeout: NOTIFY_TIMEOUT_S, async: false, why: "answers its own call" },
    { event: "postToolUseFailure", timeout: NOTIFY_TIMEOUT_S, async: false, why: "answers its own call" },
    {
      event: "beforeShellExecution",
      timeout: DECISION_TIMEOUT_S,
      async: false,
      why: "the human is asked about a command",
    },
    {
      event: "beforeMCPExecution",
      timeout: DECISION_TIMEOUT_S,
      async: false,
      why: "the human is asked about a tool of a server",
    },
    {
      event: "subagentStart",
      timeout: NOTIFY_TIMEOUT_S,
      async: false,
      why: "must come before its stop: they are counted",
    },
    {
      event: "subagentStop",
      timeout: NOTIFY_TIMEOUT_S,
      async: false,
      why: "must come after its start: they are counted",
    },
    { event: "stop", timeout: NOTIFY_TIMEOUT_S, async: false, why: "must come before the next prompt" },
  ],
};
