/**
 * Which of an agent's events are registered, and how: the one table behind install, uninstall, status and docs.
 *
 * Synchronous hooks keep the order of events and cost the agent one start of our hook client each; asynchronous
 * ones cost it nothing, but may overtake each other. So an event is asynchronous only where arriving late is
 * harmless (domain/transition.ts says why).
 */
export interface HookRow {
  readonly event: string;
  /** `*`: every tool. Absent where the event takes no matcher, or where all of it matters. */
  readonly matcher?: string;
  /** Seconds (Claude's unit), always given: the default of 600 would let a hung hook hold the agent. */
  readonly timeout: number;
  readonly async: boolean;
  readonly why: string;
}

// The hook client ends by itself within 1 s (promise H1); the rest is room for a machine under load.
const QUICK = 5;
// Longer than the longest default wait for an approval (approvals.hook_wait_secs, 45 s), so that our own
// "no decision" comes before the agent's kill.
const DECIDES = 60;

/**
 * Claude Code 2.1.139 or newer: older ones do not know `args`, and before 2.1.101 one unknown event made them
 * skip the whole settings file (its CHANGELOG).
 *
 * Left out: MessageDisplay (delays the answer on the screen and the end of `-p`), WorktreeCreate (replaces git),
 * PreCompact, PostCompact and others that say nothing about the status.
 */
export const CLAUDE_HOOKS: readonly HookRow[] = [
  { event: "SessionStart", timeout: QUICK, async: false, why: "must come before the first prompt" },
  {
    event: "SessionEnd",
    timeout: 2,
    async: false,
    why:
      "an asynchronous hook dies with the agent; the timeout also raises what all SessionEnd hooks share, so it is short",
  },
  { event: "UserPromptSubmit", timeout: QUICK, async: false, why: "opens the turn: late, it would open an ended one" },
  {
    event: "PreToolUse",
    matcher: "*",
    timeout: QUICK,
    async: false,
    why: "late, it would reopen a turn or hide a question",
  },
  {
    event: "PostToolUse",
    matcher: "*",
    timeout: QUICK,
    async: true,
    why: "late, it opens nothing and answers only its own call",
  },
  {
    event: "PostToolUseFailure",
    matcher: "*",
    timeout: QUICK,
    async: false,
    why: "tells an interrupt: late, it would end the next turn",
  },
  {
    event: "PostToolBatch",
    timeout: QUICK,
    async: true,
    why: "the only event after a denied call; late, as PostToolUse",
  },
  {
    event: "PermissionRequest",
    matcher: "*",
    timeout: DECIDES,
    async: false,
    why: "the human is asked; the dialog is on the screen meanwhile, so nobody waits for the hook",
  },
  { event: "PermissionDenied", matcher: "*", timeout: QUICK, async: true, why: "late, as PostToolUse" },
  {
    event: "Notification",
    timeout: QUICK,
    async: true,
    why: "fires 6 s after a dialog or 60 s after a turn; nothing follows",
  },
  { event: "Elicitation", timeout: QUICK, async: false, why: "must come before its result" },
  { event: "ElicitationResult", timeout: QUICK, async: false, why: "late, it would answer the next question" },
  { event: "SubagentStart", timeout: QUICK, async: false, why: "must come before its stop: they are counted" },
  { event: "SubagentStop", timeout: QUICK, async: true, why: "late, the next turn's end has counted already" },
  { event: "Stop", timeout: QUICK, async: false, why: "must come before the next prompt, and before the end of -p" },
  { event: "StopFailure", timeout: QUICK, async: false, why: "late, it would fail the next turn" },
  { event: "CwdChanged", timeout: QUICK, async: true, why: "a fact, told again by every later event" },
];

/** The last words of our command line, by which an entry of ours is recognised. */
export const HOOK_WORDS: readonly [string, string] = ["hook", "claude"];

/** The table as Markdown, for the README. */
export function hooksMarkdown(rows: readonly HookRow[] = CLAUDE_HOOKS): string {
  const lines = rows.map((r) =>
    `| ${r.event} | ${r.async ? "no" : "yes"} | ${r.timeout} s | ${r.why.replaceAll("|", "\\|")} |`
  );
  return ["| event | agent waits | timeout | why so |", "|---|---|---|---|", ...lines, ""].join("\n");
}
