/** Cursor's hooks: `hooks.json`, version 1, with flat lists. Facts: its reference of hooks, not tried. */
import { serialise } from "../platform/sandbox.ts";
import { DECIDES, type JsonHooks, QUICK, within } from "./table.ts";

/**
 * Never `failClosed`: then an empty answer would block the agent.
 * Left out: the hooks of files, of tabs and of answers, which say nothing about the status.
 */
export const cursorHooks: JsonHooks = {
  name: "cursor",
  title: "Cursor",
  about: "3.9 or newer.",
  form: "json",
  layout: "flat",
  version: 1,
  file: ({ userHome, cwd, project }) =>
    project ? `${cwd}/.cursor/hooks.json` : within(cwd, `${userHome}/.cursor/hooks.json`),
  handler: (row, argv) => ({ command: serialise(argv), timeout: row.timeout }),
  rows: [
    { event: "sessionStart", timeout: QUICK, async: false, why: "must come before the first prompt" },
    { event: "sessionEnd", timeout: QUICK, async: false, why: "the last word" },
    { event: "beforeSubmitPrompt", timeout: QUICK, async: false, why: "opens the turn" },
    { event: "preToolUse", timeout: QUICK, async: false, policy: true, why: "which tool runs, and on what" },
    { event: "postToolUse", timeout: QUICK, async: false, why: "answers its own call" },
    { event: "postToolUseFailure", timeout: QUICK, async: false, why: "answers its own call" },
    { event: "beforeShellExecution", timeout: DECIDES, async: false, why: "the human is asked about a command" },
    { event: "beforeMCPExecution", timeout: DECIDES, async: false, why: "the human is asked about a tool of a server" },
    { event: "subagentStart", timeout: QUICK, async: false, why: "must come before its stop: they are counted" },
    { event: "subagentStop", timeout: QUICK, async: false, why: "must come after its start: they are counted" },
    { event: "stop", timeout: QUICK, async: false, why: "must come before the next prompt" },
  ],
};
