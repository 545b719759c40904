/** The rule that an approval beyond `once` makes. Pure. */
import type { ApprovalRequest, Decision, Rule } from "../domain/approval.ts";
import { presentToolName } from "../domain/presentation.ts";
import { type NewRule, ruleFrom } from "./new_rule.ts";
import type { RuleContext } from "../policy/rule.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { PendingRequest } from "./pending_requests.ts";

export interface RuleDetails extends Omit<NewRule, "scope" | "expiresAt"> {
  readonly expiresInSecs: number | undefined;
}

/** The context of the call for rules; `now` in milliseconds since 1970. */
function contextOfPending({ agent, sessionId, cwd }: PendingRequest, now: number): RuleContext {
  return { agent, sessionId, now, ...(cwd === undefined ? {} : { cwd }) };
}

/** The rule of an approval beyond `once`. @throws {ConsoleError} `conflict` where no rule can be made of this call */
export function ruleFromDecision(pending: PendingRequest, decision: Decision, details: RuleDetails): Rule | undefined {
  if (decision.kind === "deny" || decision.scope === "once") return undefined;
  const { request, id } = pending;
  const { expiresInSecs: secs, ...given } = details;
  const now = Date.parse(given.createdAt);
  const ends = secs === undefined ? {} : { expiresAt: new Date(now + secs * 1000).toISOString() };
  const refused = whyNoRule(request);
  const rule = refused === undefined
    ? ruleFrom(request, contextOfPending(pending, now), { ...given, ...ends, scope: decision.scope })
    : { refused };
  if ("refused" in rule) {
    const message = `request "${id}" makes no rule for ${decision.scope}, because ${rule.refused}`;
    throw new ConsoleError("conflict", message, { hint: `agent-console approve ${id}, which approves it once` });
  }
  const remembered = decision.remember ? request.remembers?.[decision.scope] : undefined;
  return remembered === undefined ? rule : { ...rule, remembered };
}

function whyNoRule({ scripted, tool }: ApprovalRequest): string | undefined {
  if (scripted) return "a script asks it, not an agent";
  return presentToolName(tool) === tool ? undefined : "its tool's name cannot be shown as it is";
}
