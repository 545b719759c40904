/** Gemini CLI's hooks: `hooks` in its settings. Facts: its own code and docs (0.61), and recordings. */
import { shellQuote } from "../../lib/shell_quote.ts";
import { isFields } from "../../lib/json_fields.ts";
import { joinPath, type JsonHooks, NOTIFY_TIMEOUT_S } from "../shared/hook_spec.ts";

/** By which its `/hooks` panel lists our entries, and by which they can be disabled there. */
const ENTRY = "agent-console";

/**
 * Left out: BeforeModel, AfterModel (one for each piece of a reply), BeforeToolSelection, PreCompress. No row waits for
 * a human: BeforeTool can deny but not approve, and Notification takes no response.
 */
export const geminiHooks: JsonHooks = {
  name: "gemini",
  title: "Gemini CLI",
  about: "0.61 or newer. Its hooks can refuse a tool, not allow one.",
  form: "json",
  layout: "groups",
  reads: { comments: true },
  readsAtStart: true,
  // It skips these too: they stood here before there was `hooksConfig`.
  notEvents: ["enabled", "disabled", "notifications"],
  file: ({ env, userHome, cwd, project }) => {
    if (project) return `${cwd}/.gemini/settings.json`;
    return `${joinPath(cwd, env("GEMINI_CLI_HOME") || userHome)}/.gemini/settings.json`;
  },
  // Its unit is the millisecond, unlike everybody else's.
  handler: (row, argv) => ({ name: ENTRY, type: "command", command: shellQuote(argv), timeout: row.timeout * 1000 }),
  off: ({ hooksConfig }) =>
    isFields(hooksConfig) &&
    (hooksConfig["enabled"] === false ||
      Array.isArray(hooksConfig["disabled"]) && hooksConfig["disabled"].includes(ENTRY)),
  rows: [
    { event: "SessionStart", timeout: NOTIFY_TIMEOUT_S, async: false, why: "must come before the first prompt" },
    { event: "SessionEnd", timeout: NOTIFY_TIMEOUT_S, async: false, why: "the last word, said up to three times" },
    { event: "BeforeAgent", timeout: NOTIFY_TIMEOUT_S, async: false, why: "opens the turn" },
    {
      event: "AfterAgent",
      timeout: NOTIFY_TIMEOUT_S,
      async: false,
      why: "ends the turn; must come before the next prompt",
    },
    { event: "BeforeTool", timeout: NOTIFY_TIMEOUT_S, async: false, policy: true, why: "which tool runs, and on what" },
    {
      event: "AfterTool",
      timeout: NOTIFY_TIMEOUT_S,
      async: false,
      why: "answers its own call, by equal input: calls have no ids",
    },
    {
      event: "Notification",
      timeout: NOTIFY_TIMEOUT_S,
      async: false,
      why: "the dialog for a permission is on the screen",
    },
  ],
};
