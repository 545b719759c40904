/** What the policy would decide of a command, and why: `rules test`. */
import type { ApprovalRequest } from "../domain/approval.ts";
import { deciderText } from "../domain/decider.ts";
import { classify } from "../policy/classify.ts";
import { askReasonText, type PolicyDecision } from "../policy/evaluation.ts";
import { repositoryRuns } from "../policy/git_settings.ts";
import type { ParamsOf, ResultOf } from "../protocol/method_schemas.ts";
import type { PolicyEngine } from "./policy_engine.ts";
import { holdsForRealFiles } from "./real_files.ts";

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
  const runs = repositoryConfig === undefined ? {} : { repositoryRuns: repositoryRuns(repositoryConfig, cwd) };
  const call = classify(request, { cwd, workspace: cwd, own, ...runs });
  const caller = { agent, sessionId: "", cwd };
  const decide = (request = call) => policy.explain({ request, workspaceConfig }, caller);
  const decided = decide();
  const { risk } = call;
  if (decided.kind === "decided" && decided.files.length > 0) {
    const kindOf = (other: typeof call) => {
      const result = decide(other);
      return result.kind === "decided" ? result.decision.kind : undefined;
    };
    if (!await holdsForRealFiles(call, decided.files, kindOf, policy.resolveLinks)) {
      return { outcome: "asked", risk, why: askReasonText("links") };
    }
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
