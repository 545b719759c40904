/** What the rule that an answer makes would have passed lately, in words: to be seen before it is given. */
import type { Approval, ApprovalScope, Rule } from "../domain/approval.ts";
import type { SafetyMode } from "../domain/safety_mode.ts";
import { escapePattern } from "../policy/glob.ts";
import { previewLines } from "./rule_preview.ts";

/** @param journal its folder. @param now ms since 1970 */
export function answerPreview(
  { agent, tool, input, cwd, sessionId }: Approval,
  { scope, mode, journal, now }: {
    readonly scope: Exclude<ApprovalScope, "once">;
    readonly mode: SafetyMode;
    readonly journal: string;
    readonly now: number;
  },
): readonly string[] {
  const rule: Rule = {
    id: "new",
    decision: "allow",
    agent,
    tool,
    pattern: escapePattern(input),
    scope,
    ...(scope === "session" ? { sessionId } : {}),
    ...(scope === "workspace" && cwd !== undefined ? { workspace: cwd } : {}),
    createdAt: "",
    by: "cli:admin",
  };
  return previewLines(rule, mode, journal, now);
}
