/** A call and a rule that fit each other, for tests of rules. */
import type { ApprovalRequest, Rule } from "../../src/domain/approval.ts";
import type { RuleContext } from "../../src/policy/rule.ts";

export const NOW = Date.parse("2026-11-20T10:00:00Z");
export const AT = "2026-11-20T10:00:00.000Z";
export const CALLER: RuleContext = { agent: "claude", sessionId: "s1", cwd: "/p/app", now: NOW };

export function requestOf(subject: string, more: Partial<ApprovalRequest> = {}): ApprovalRequest {
  return {
    for: "permission",
    tool: "Bash",
    action: "command",
    subject,
    dialog: "beside",
    acceptsApproval: true,
    ...more,
  };
}

export function rule(pattern: string, more: Partial<Rule> = {}): Rule {
  return { id: "r", decision: "allow", tool: "Bash", pattern, scope: "always", createdAt: AT, by: "config", ...more };
}
