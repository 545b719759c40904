/** All of what an approval asks, and how far a yes to it may reach. Pure. */
import { APPROVAL_SCOPES } from "../domain/approval.ts";
import { wholeRequest } from "../domain/presentation.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import type { PendingRequest } from "./pending_requests.ts";
import { ruleFromDecision } from "./rule_from_decision.ts";

export function wholeText(pending: PendingRequest): ResultOf<"approval.text"> {
  const scopes = APPROVAL_SCOPES.filter((scope) => makesRule(pending, scope));
  return { id: pending.id, ...wholeRequest(pending.request), scopes };
}

/** Of a call that is asked each time no scope makes a rule; a yes for once is always there. */
function makesRule(pending: PendingRequest, scope: typeof APPROVAL_SCOPES[number]): boolean {
  const details = { id: "none", by: "", createdAt: pending.at, expiresInSecs: undefined };
  try {
    return scope === "once" || ruleFromDecision(pending, { kind: "approve", scope }, details) !== undefined;
  } catch (error) {
    if (error instanceof ConsoleError) return false;
    throw error;
  }
}
