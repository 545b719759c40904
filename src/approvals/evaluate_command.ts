/** What the policy would decide of a command, a file or an address, and why: `rules test`. */
import type { ApprovalRequest } from "../domain/approval.ts";
import { deciderText } from "../domain/decider.ts";
import { type ClassifiedRequest, classify } from "../policy/classify.ts";
import { shellQuote } from "../lib/shell_quote.ts";
import { askReasonText, type PolicyDecision } from "../policy/evaluation.ts";
import type { ParamsOf, ResultOf } from "../protocol/method_schemas.ts";
import type { PolicyEngine } from "./policy_engine.ts";
import { whyNotRead } from "./why_not_read.ts";
import { repositoryOf } from "./repository.ts";

type Evaluated = ResultOf<"approval.evaluate">;
type Outcome = Omit<Evaluated, "risk">;
type Params = ParamsOf<"approval.evaluate">;

/** So many agents are looked at where none is named: each costs one evaluation, and a rule may name any. */
const MAX_AGENTS = 20;

/** @param own the places of this program */
export async function evaluateCommand(
  policy: PolicyEngine,
  params: Params,
  own: readonly string[],
): Promise<Evaluated> {
  const { command, cwd, tool = "Bash", action = "command", agent, repositoryConfig } = params;
  const request: ApprovalRequest = {
    for: "permission",
    tool,
    action,
    subject: command,
    dialog: "beside",
    acceptsApproval: true,
  };
  const call = classify(request, { cwd, workspace: cwd, own, ...repositoryOf(repositoryConfig) });
  const { links, ...found } = await outcomeFor(policy, call, params, agent ?? "");
  const others = agent === undefined ? await ofOneAgent(policy, call, params, found) : [];
  const risk = links && call.risk === "reads" ? "unknown" : call.risk;
  return { ...found, why: [found.why, ...others].join("; "), risk };
}

/** `links`: it would pass, but for what its files really are. */
async function outcomeFor(
  policy: PolicyEngine,
  request: ClassifiedRequest,
  { cwd, workspaceConfig }: Params,
  agent: string,
): Promise<Outcome & { readonly links?: true }> {
  const query = { request, workspaceConfig };
  const caller = { agent, sessionId: "", cwd };
  const decided = policy.explain(query, caller);
  const files = decided.kind === "decided" ? decided.files : [];
  if (files.length > 0 && !await policy.holds(query, files, caller)) {
    return { outcome: "asked", why: askReasonText("links"), links: true };
  }
  return outcomeOf(decided, request);
}

/** What rules for one agent would say otherwise: `approve --scope` makes such rules, and nobody was named. */
async function ofOneAgent(
  policy: PolicyEngine,
  request: ClassifiedRequest,
  params: Params,
  { outcome }: Outcome,
): Promise<readonly string[]> {
  const agents = [...new Set(policy.rules().flatMap((rule) => rule.agent ?? []))].slice(0, MAX_AGENTS);
  const told = agents.map(async (agent) => {
    const other = await outcomeFor(policy, request, params, agent);
    if (other.ruleId === undefined || other.outcome === outcome || other.outcome === "asked") return [];
    return [`rule ${other.ruleId} would ${other.outcome === "passes" ? "allow" : "deny"} it, for ${agent}`];
  });
  return (await Promise.all(told)).flat();
}

function outcomeOf(decided: PolicyDecision, request: ClassifiedRequest): Outcome {
  if (decided.kind !== "decided") {
    const file = decided.why === "unmatched" ? whyNotRead(request) : undefined;
    const why = file === undefined ? whyAsked(decided) : `no rule allows it, and ${file}`;
    return { outcome: "asked", why, ...ruleOf(decided) };
  }
  const { decision, by } = decided;
  const why = by.kind === "mode"
    ? `the safety mode is ${by.mode}, and it only reads`
    : `rule ${by.ruleId} ${decision.kind === "deny" ? "denies" : "allows"} it`;
  const ruleId = by.kind === "rule" ? { ruleId: by.ruleId } : {};
  return { outcome: decision.kind === "deny" ? "denied" : "passes", by: deciderText(by), why, ...ruleId };
}

/** Of a line of which a rule allows a part, what is missing is a rule for another. */
function whyAsked(decided: Exclude<PolicyDecision, { kind: "decided" }>): string {
  const part = "part" in decided ? decided.part : undefined;
  if (part === undefined) return askReasonText(decided.why);
  const why = decided.why === "unmatched" ? "it is not sure that it only reads" : askReasonText(decided.why);
  return `no rule allows ${shellQuote(part)} in it, and ${why}`;
}

function ruleOf(decided: Exclude<PolicyDecision, { kind: "decided" }>): { readonly ruleId?: string } {
  return "ruleId" in decided && decided.ruleId !== undefined ? { ruleId: decided.ruleId } : {};
}
