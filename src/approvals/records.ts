/** What is kept of a request and of its decision: the approval, and the row beside it. Pure. */
import type { Approval, ApprovalRequest, ApprovalState, Decision } from "../domain/approval.ts";
import { presentRequest, presentToolName } from "../domain/presentation.ts";
import type { AgentEvent, QuestionText } from "../domain/report.ts";
import { clip, escapeControlsKeepLines, maskSecrets } from "../domain/sanitize.ts";
import { TEXT_CAPS } from "../domain/session.ts";
import { riskOf } from "../policy/risk.ts";

export interface NewApproval {
  readonly id: string;
  readonly rowId: string;
  readonly agent: string;
  readonly cwd: string | undefined;
  readonly ask: ApprovalRequest;
  /** ISO 8601 UTC, as `deadline`. */
  readonly at: string;
  readonly deadline: string;
}

export function newApproval({ id, rowId, agent, cwd, ask, at, deadline }: NewApproval): Approval {
  return {
    id,
    sessionId: rowId,
    agent,
    ...(cwd === undefined ? {} : { cwd: clip(cwd, TEXT_CAPS.path) }),
    for: ask.for,
    tool: presentToolName(ask.tool),
    risk: riskOf(ask),
    ...presentRequest(ask),
    requestedAt: at,
    deadline,
    status: "pending",
    pending: {},
  };
}

/** The question that the row shows. A gate has no dialog of the agent's own: then it is the call itself. */
export function questionOf(happening: AgentEvent, { tool, input, for: kind }: Approval): QuestionText {
  if (happening.kind === "asked") {
    const { kind: _, ...question } = happening;
    return question;
  }
  const call = happening.kind === "tool" ? { tool: happening.tool } : {};
  return { for: kind, text: `${tool}: ${input}`, ...call };
}

/** The state of an approval that got `decision`. */
export function resolvedState(
  decision: Decision,
  { at, by, ruleId }: { readonly at: string; readonly by: string; readonly ruleId?: string | undefined },
): ApprovalState {
  const rule = ruleId === undefined ? {} : { ruleId };
  if (decision.yes) return { status: "approved", approved: { at, by, scope: decision.scope, ...rule } };
  const message = decision.message ? { message: maskSecrets(escapeControlsKeepLines(decision.message)) } : {};
  return { status: "denied", denied: { at, by, ...message, ...rule } };
}

/** What a row does whose question was answered without asking: it never waits. */
export function eventAfterAutoDecision(happening: AgentEvent, decision: Decision): AgentEvent {
  if (happening.kind !== "asked") return happening;
  return decision.yes && happening.tool !== undefined ? { kind: "tool", tool: happening.tool } : { kind: "progress" };
}
