/**
 * Which calls are answered without asking (product.md §6). Pure.
 *
 * | what speaks for the call                     | class                         | manual | guarded | autonomous |
 * |----------------------------------------------|-------------------------------|--------|---------|------------|
 * | a deny rule of any origin                    | any                           | no     | no      | no         |
 * | a rule of `approve`, without wildcard        | any                           | yes    | yes     | yes        |
 * | a rule of `approve`, with wildcard           | all but destructive           | yes    | yes     | yes        |
 * | a rule of the configuration that names text  | all but destructive           | ask    | yes     | yes        |
 * | one that begins with `*`, or names a reader  | read, write                   | ask    | yes     | yes        |
 * | the same                                     | execute, network              | ask    | ask     | yes        |
 * | no rule                                      | read                          | ask    | yes     | yes        |
 * | no rule                                      | all else                      | ask    | ask     | ask        |
 *
 * Each mode passes what the stricter one passes. So `manual` is "the human answers": now, or once and for all by `approve
 * --scope`; `autonomous` adds that a rule may pass everything (`*`), but destructive. A destructive call passes only by the
 * very answer that a human gave to that very text. `git diff*` is given for what reads: where its star takes an option that
 * runs a program or sends something, that is asked; `npm test*` is given for what runs.
 *
 * Questions, plans and elicitations are never answered with yes, nor is a call whose text came shortened, or one outside
 * the agent's sandbox. Where the agent takes no yes, only a no is given. Before a tool (`gate`) only rules speak: without
 * one there is no decision.
 */
import type { ApprovalRequest, Decision, Risk, Rule } from "../domain/approval.ts";
import { SAFETY_MODES, type SafetyMode } from "../domain/safety_mode.ts";
import { riskOf } from "./risk.ts";
import { firstMatch, isWildcard, literalTarget, matchesEverything, type RuleContext } from "./rule.ts";

export interface Policy {
  readonly safetyMode: SafetyMode;
  /** All rules, those of the configuration and those of `approve`. */
  readonly rules: readonly Rule[];
}

/** `ask`: the human decides. `none`: nobody does, the agent gets no decision and goes on by its own rules. */
export type PolicyDecision =
  | {
    readonly decision: Decision; /** `rule:<id>` or `mode:<safety mode>` */
    readonly by: string;
    readonly ruleId?: string;
  }
  | "ask"
  | "none";

/** @param policy with the mode that the breaker leaves (breaker.ts), tightened by the workspace */
export function evaluatePolicy(request: ApprovalRequest, policy: Policy, caller: RuleContext): PolicyDecision {
  const rule = firstMatch(policy.rules, request, caller);
  if (rule?.decision === "deny") {
    return { decision: { kind: "deny", message: `denied by rule ${rule.id}` }, by: `rule:${rule.id}`, ruleId: rule.id };
  }
  const open = request.dialog === "gate" ? "none" : "ask";
  if (request.for !== "permission" || !request.acceptsApproval || caller.cut === true) return open;
  const risk = riskOf(request);
  const allowed = policy.rules.find((each) =>
    each.decision === "allow" && passes(each, request, risk, policy.safetyMode) &&
    firstMatch([each], request, caller) !== undefined
  );
  const approve = { kind: "approve", scope: "once" } as const;
  if (allowed !== undefined) return { decision: approve, by: `rule:${allowed.id}`, ruleId: allowed.id };
  if (open === "ask" && risk === "read" && policy.safetyMode !== "manual") {
    return { decision: approve, by: `mode:${policy.safetyMode}` };
  }
  return open;
}

/** Whether an allow rule that matches is enough. */
function passes(rule: Rule, request: ApprovalRequest, risk: Risk, mode: SafetyMode): boolean {
  const own = rule.by !== "config" && rule.by !== "workspace";
  if (risk === "destructive") return own && !isWildcard(rule);
  if (own) return true;
  if (rule.by === "workspace" || mode === "manual") return false; // a workspace only tightens
  if (mode === "autonomous" || risk === "read" || risk === "write") return true;
  const given = request.action === "command" ? literalTarget(rule, request) : undefined;
  return !matchesEverything(rule) && (given === undefined || riskOf(given) !== "read");
}

/** What a workspace's own configuration says, read by config/workspace.ts. */
export interface WorkspacePolicy {
  readonly safetyMode?: SafetyMode;
  readonly rules: readonly Rule[];
  readonly warnings: readonly string[];
  /** Something in it cannot be read: that makes the mode `manual`. */
  readonly unreadable?: true;
}

/** The policy of calls in a workspace: the stricter mode, and the workspace's deny rules. Its allow rules do not count. */
export function withWorkspacePolicy(
  home: Policy,
  workspace: WorkspacePolicy,
): Policy & { readonly warnings: readonly string[] } {
  const strictness = (mode: SafetyMode) => SAFETY_MODES.indexOf(mode);
  const theirs = workspace.safetyMode ?? home.safetyMode;
  const ignored = workspace.rules.filter(({ decision }) => decision === "allow");
  return {
    safetyMode: strictness(theirs) < strictness(home.safetyMode) ? theirs : home.safetyMode,
    rules: [...home.rules, ...workspace.rules.filter(({ decision }) => decision === "deny")],
    warnings: [
      ...workspace.warnings,
      ...ignored.map(({ id }) => `rule ${id} is an allow rule, a workspace may only deny: it is ignored`),
    ],
  };
}
