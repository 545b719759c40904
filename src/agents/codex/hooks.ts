/**
 * Codex's hooks: `hooks.json` in its home. Never its config.toml: a fault in a `[hooks]` table there stops the whole
 * program. Facts: the schema of 0.169, and replies of its app-server (tried).
 */
import { shellQuote } from "../../lib/shell_quote.ts";
import { DECISION_TIMEOUT_S, joinPath, type JsonHooks, NOTIFY_TIMEOUT_S } from "../shared/hook_spec.ts";

/** Codex itself cuts SessionEnd and Interrupt to this, with a warning where more is written, s. */
const CLAMPED = 3;

/**
 * All are synchronous: Codex has no event that repeats what a lost order would spoil.
 * Left out: PreModelRequest, PostModelRequest, PreCompact, PostCompact, which say nothing about the status.
 */
export const codexHooks: JsonHooks = {
  name: "codex",
  title: "Codex",
  about: "0.169 or newer. It runs a hook only after you have trusted it: `/hooks` in Codex, or `--trust` here. " +
    "A changed definition must be trusted again.",
  form: "json",
  layout: "groups",
  runsBoth: true,
  onlyKeys: ["description", "hooks"],
  reads: {},
  readsAtStart: true,
  file: ({ env, userHome, cwd, project }) => {
    if (project) return `${cwd}/.codex/hooks.json`;
    return `${joinPath(cwd, env("CODEX_HOME") || `${userHome}/.codex`)}/hooks.json`;
  },
  // A handler knows `command`, not `args`: it ignores unknown members, so the arguments would be lost.
  handler: (row, argv) => ({ type: "command", command: shellQuote(argv), timeout: row.timeout }),
  rows: [
    {
      event: "SessionStart",
      timeout: NOTIFY_TIMEOUT_S,
      async: false,
      why: "comes with the first prompt, and before it",
    },
    { event: "SessionEnd", timeout: CLAMPED, async: false, why: "the last word; Codex allows no more than 3 s" },
    { event: "UserPromptSubmit", timeout: NOTIFY_TIMEOUT_S, async: false, why: "opens the turn" },
    { event: "PreToolUse", timeout: NOTIFY_TIMEOUT_S, async: false, policy: true, why: "which tool runs, and on what" },
    {
      event: "PermissionRequest",
      timeout: DECISION_TIMEOUT_S,
      async: false,
      why: "the human is asked; Codex shows its own dialog only after the hook, which so waits only for a window",
    },
    { event: "PostToolUse", timeout: NOTIFY_TIMEOUT_S, async: false, why: "answers its own call, also a failed one" },
    {
      event: "SubagentStart",
      timeout: NOTIFY_TIMEOUT_S,
      async: false,
      why: "must come before its stop: they are counted",
    },
    {
      event: "SubagentStop",
      timeout: NOTIFY_TIMEOUT_S,
      async: false,
      why: "may come after the end of its parent's turn",
    },
    { event: "Stop", timeout: NOTIFY_TIMEOUT_S, async: false, why: "must come before the next prompt" },
    { event: "Interrupt", timeout: CLAMPED, async: false, why: "Esc, wherever it is pressed; no Stop follows" },
  ],
};
