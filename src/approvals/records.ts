/** What is stored of a request and its decision: the approval, and the events of its row. Pure. */
import type { Approval, ApprovalState, Decision } from "../domain/approval.ts";
import { presentRequest, presentToolName } from "../domain/presentation.ts";
import type { AgentEvent, QuestionText } from "../domain/report.ts";
import { clip, escapeControlsKeepLines, maskSecrets } from "../domain/sanitize.ts";
import { type Session, TEXT_CAPS, type ToolUse } from "../domain/session.ts";
import { type Decider, deciderText } from "../domain/decider.ts";
import type { ClassifiedRequest } from "../policy/classify.ts";

export interface NewApproval {
  readonly id: string;
  readonly rowId: string;
  readonly agent: string;
  readonly cwd: string | undefined;
  readonly request: ClassifiedRequest;
  /** ISO 8601 UTC, as `deadline`. */
  readonly at: string;
  readonly deadline: string;
}

export function newApproval({ id, rowId, agent, cwd, request, at, deadline }: NewApproval): Approval {
  return {
    id,
    sessionId: rowId,
    agent,
    ...(cwd === undefined ? {} : { cwd: clip(cwd, TEXT_CAPS.path) }),
    for: request.for,
    tool: presentToolName(request.tool),
    risk: request.risk,
    ...presentRequest(request),
    requestedAt: at,
    deadline,
    status: "pending",
    pending: {},
  };
}

/** The question that the row shows. A gate has no dialog of the agent's own: then the call itself. */
export function questionOf(event: AgentEvent, { tool, input, for: kind }: Approval): QuestionText {
  if (event.kind === "requested") {
    const { kind: _, ...question } = event;
    return question;
  }
  const call = event.kind === "tool" ? { tool: event.tool } : {};
  return { for: kind, text: `${tool}: ${input}`, ...call };
}

/** The call that the row shows while it waits for the approval `id`: with the agent's own id, where an earlier event gave it. */
export function toolOfRow(row: Session | undefined, id: string): ToolUse | undefined {
  return row?.status === "waiting" && row.waiting.approvalId === id ? row.waiting.tool : undefined;
}

/** The state of an approval that got `decision`. @param ruleId of the rule that the decision made */
export function resolvedState(
  decision: Decision,
  { at, by: decider, ruleId }: { readonly at: string; readonly by: Decider; readonly ruleId?: string | undefined },
): ApprovalState {
  const by = deciderText(decider);
  const given = decider.kind === "rule" ? decider.ruleId : ruleId;
  const rule = given === undefined ? {} : { ruleId: given };
  if (decision.kind === "approve") return { status: "approved", approved: { at, by, scope: decision.scope, ...rule } };
  const message = decision.message ? { message: maskSecrets(escapeControlsKeepLines(decision.message)) } : {};
  return { status: "denied", denied: { at, by, ...message, ...rule } };
}

/** The event of the row whose request was decided without a human: it never waits. */
export function eventAfterAutoDecision(event: AgentEvent, decision: Decision): AgentEvent {
  if (event.kind !== "requested") return event;
  return decision.kind === "approve" && event.tool !== undefined
    ? { kind: "tool", tool: event.tool }
    : { kind: "progress" };
}
