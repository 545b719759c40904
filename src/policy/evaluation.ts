/**
 * Which requests are decided without a human. Pure.
 *
 * | what applies to the call                     | class                         | manual | guarded | autonomous |
 * |----------------------------------------------|-------------------------------|--------|---------|------------|
 * | a deny rule of any origin                    | any                           | deny   | deny    | deny       |
 * | a rule of `approve`, without wildcard        | any                           | allow  | allow   | allow      |
 * | a rule of `approve`, with wildcard           | all but destructive           | allow  | allow   | allow      |
 * | a rule of the configuration that names text  | all but destructive           | ask    | allow   | allow      |
 * | one that begins with `*`, or names a reader  | read, write                   | ask    | allow   | allow      |
 * | the same                                     | execute, network              | ask    | ask     | allow      |
 * | no rule                                      | read                          | ask    | allow   | allow      |
 * | no rule                                      | all else                      | ask    | ask     | ask        |
 *
 * Each mode allows what the stricter one allows. In `manual` a human decides: now, or for all future calls with
 * `approve --scope`. In `autonomous` a rule of the configuration may also allow everything (`*`) except destructive
 * calls. A destructive call is allowed only by a rule that a human made for exactly that text. `git diff*` is meant for
 * reading: where its star takes an option that runs a program or sends something, the result is `ask`; `npm test*` is
 * meant for running.
 *
 * Questions, plans and elicitations are never approved here, nor a call whose text was shortened, nor one outside the
 * agent's sandbox. Where the hook cannot approve, only deny rules apply. Before a tool (`gate`) only rules decide:
 * without one there is no decision.
 */
import type { Decision, Rule } from "../domain/approval.ts";
import type { Decider } from "../domain/decider.ts";
import { SAFETY_MODES, type SafetyMode } from "../domain/safety_mode.ts";
import type { ClassifiedRequest } from "./classify.ts";
import { riskOf } from "./risk.ts";
import { firstMatch, isWildcard, literalTarget, matchesEverything, type RuleContext } from "./rule.ts";

export interface Policy {
  readonly safetyMode: SafetyMode;
  /** All rules, those of the configuration and those of `approve`. */
  readonly rules: readonly Rule[];
}

/** `ask`: a human decides. `none`: nobody does, and the agent goes on by its own rules. */
export type PolicyDecision =
  | {
    readonly decision: Decision;
    /** A rule or the safety mode. */
    readonly by: Exclude<Decider, { kind: "client" }>;
  }
  | "ask"
  | "none";

/** @param policy with the mode that the breaker leaves (breaker.ts), made stricter by the workspace */
export function evaluatePolicy(request: ClassifiedRequest, policy: Policy, caller: RuleContext): PolicyDecision {
  const rule = firstMatch(policy.rules, request, caller);
  if (rule?.decision === "deny") {
    return { decision: { kind: "deny", message: `denied by rule ${rule.id}` }, by: { kind: "rule", ruleId: rule.id } };
  }
  const open = request.dialog === "gate" ? "none" : "ask";
  if (request.for !== "permission" || !request.acceptsApproval || caller.cut === true) return open;
  const allowed = policy.rules.find((each) =>
    each.decision === "allow" && passes(each, request, policy.safetyMode) &&
    firstMatch([each], request, caller) !== undefined
  );
  const approve = { kind: "approve", scope: "once" } as const;
  if (allowed !== undefined) return { decision: approve, by: { kind: "rule", ruleId: allowed.id } };
  if (open === "ask" && request.risk === "read" && policy.safetyMode !== "manual") {
    return { decision: approve, by: { kind: "mode", mode: policy.safetyMode } };
  }
  return open;
}

/** Whether an allow rule that matches is enough. */
function passes(rule: Rule, request: ClassifiedRequest, mode: SafetyMode): boolean {
  const { risk } = request;
  const own = rule.by !== "config" && rule.by !== "workspace";
  if (risk === "destructive") return own && !isWildcard(rule);
  if (own) return true;
  if (rule.by === "workspace" || mode === "manual") return false; // a workspace can only be stricter
  if (mode === "autonomous" || risk === "read" || risk === "write") return true;
  const given = request.action === "command" ? literalTarget(rule, request) : undefined;
  return !matchesEverything(rule) && (given === undefined || riskOf(given) !== "read");
}

/** What a workspace's own configuration says, read by config/workspace.ts. */
export interface WorkspacePolicy {
  readonly safetyMode?: SafetyMode;
  readonly rules: readonly Rule[];
  readonly warnings: readonly string[];
  /** Something in it is not readable, which makes the mode `manual`. */
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
