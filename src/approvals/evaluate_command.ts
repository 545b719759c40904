/** What the policy would decide of a command, and why: `rules test`. */
import type { ApprovalRequest } from "../domain/approval.ts";
import { deciderText } from "../domain/decider.ts";
import { classify } from "../policy/classify.ts";
import { askReasonText, type PolicyDecision } from "../policy/evaluation.ts";
import type { ParamsOf, ResultOf } from "../protocol/method_schemas.ts";
import type { PolicyEngine } from "./policy_engine.ts";
import { repositoryOf } from "./repository.ts";

type Evaluated = ResultOf<"approval.evaluate">;

/** @param own the places of this program */
export async function evaluateCommand(
  policy: PolicyEngine,
  { command, cwd, tool = "Bash", agent = "", repositoryConfig, workspaceConfig }: ParamsOf<"approval.evaluate">,
  own: readonly string[],
): Promise<Evaluated> {
  const request: ApprovalRequest = {
    for: "permission",
    tool,
    action: "command",
    subject: command,
    dialog: "beside",
    acceptsApproval: true,
  };
  const call = classify(request, { cwd, workspace: cwd, own, ...repositoryOf(repositoryConfig) });
  const caller = { agent, sessionId: "", cwd };
  const decided = policy.explain({ request: call, workspaceConfig }, caller);
  const { risk } = call;
  const files = decided.kind === "decided" ? decided.files : [];
  if (files.length > 0 && !await policy.holds({ request: call, workspaceConfig }, files, caller)) {
    return { outcome: "asked", risk: risk === "reads" ? "unknown" : risk, why: askReasonText("links") };
  }
  return { ...outcomeOf(decided), risk };
}

function outcomeOf(decided: PolicyDecision): Omit<Evaluated, "risk"> {
  if (decided.kind !== "decided") return { outcome: "asked", why: askReasonText(decided.why), ...ruleOf(decided) };
  const { decision, by } = decided;
  const why = by.kind === "mode"
    ? `the safety mode is ${by.mode}, and it only reads`
    : `rule ${by.ruleId} ${decision.kind === "deny" ? "denies" : "allows"} it`;
  const ruleId = by.kind === "rule" ? { ruleId: by.ruleId } : {};
  return { outcome: decision.kind === "deny" ? "denied" : "passes", by: deciderText(by), why, ...ruleId };
}

function ruleOf(decided: Exclude<PolicyDecision, { kind: "decided" }>): { readonly ruleId?: string } {
  return "ruleId" in decided && decided.ruleId !== undefined ? { ruleId: decided.ruleId } : {};
}
