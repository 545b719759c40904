/** What is stored of a request and its decision: the approval, and the events of its row. Pure. */
import type { Approval, ApprovalNote, ApprovalState, Decision, Rule } from "../domain/approval.ts";
import { presentRequest, presentToolName } from "../domain/presentation.ts";
import type { AgentEvent, QuestionText } from "../domain/report.ts";
import { maskSecrets } from "../domain/mask.ts";
import { clip, escapeControls, escapeControlsKeepLines } from "../domain/sanitize.ts";
import { type Session, TEXT_CAPS, type ToolUse } from "../domain/session.ts";
import { type Decider, deciderText } from "../domain/decider.ts";
import type { ClassifiedRequest } from "../policy/classify.ts";

/** Why a request is over whose hook never began to wait. */
export const GAVE_UP = "its hook gave up before it was answered";

export interface NewApproval {
  readonly id: string;
  readonly rowId: string;
  readonly agent: string;
  readonly cwd: string | undefined;
  readonly request: ClassifiedRequest;
  /** So many UTF-16 units of the payload did not arrive. */
  readonly cutBy?: number | undefined;
  readonly notes?: readonly ApprovalNote[] | undefined;
  /** ISO 8601 UTC, as `deadline`. */
  readonly at: string;
  readonly deadline: string;
}

export function newApproval(
  { id, rowId, agent, cwd, request, cutBy = 0, notes = [], at, deadline }: NewApproval,
): Approval {
  const { missing = 0, ...presented } = presentRequest(request);
  return {
    id,
    sessionId: rowId,
    agent,
    ...(cwd === undefined ? {} : { cwd: clip(cwd, TEXT_CAPS.path) }),
    for: request.for,
    tool: presentToolName(request.tool),
    action: request.action,
    risk: request.risk,
    ...presented,
    ...(missing + cutBy === 0 ? {} : { missing: missing + cutBy }),
    ...(cutBy === 0 ? {} : { cutBy }),
    ...(request.unsandboxed ? { unsandboxed: true } : {}),
    ...(request.dialog === "behind" || request.dialog === "gate" ? { hidesDialog: true } : {}),
    ...(request.dialog === "none" ? { noDialog: true } : {}),
    ...(notes.length === 0 ? {} : { notes }),
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
  return { for: kind, text: escapeControls(`${tool}: ${input}`), ...call };
}

/** The call that the row shows while it waits for the approval `id`: with the agent's own id, where an earlier event gave it. */
export function toolOfRow(row: Session | undefined, id: string): ToolUse | undefined {
  return row?.status === "waiting" && row.waiting.approvalId === id ? row.waiting.tool : undefined;
}

/** The state of an approval that got `decision`. @param made the rule that the decision made */
export function resolvedState(
  decision: Decision,
  { at, by: decider, made }: { readonly at: string; readonly by: Decider; readonly made?: Rule | undefined },
): ApprovalState {
  const by = deciderText(decider);
  const given = decider.kind === "rule" ? decider.ruleId : made?.id;
  const rule = given === undefined ? {} : { ruleId: given };
  const message = decision.message ? { message: maskSecrets(escapeControlsKeepLines(decision.message)) } : {};
  if (decision.kind === "approve") {
    const ends = made?.expiresAt === undefined ? {} : { expiresAt: made.expiresAt };
    return { status: "approved", approved: { at, by, scope: decision.scope, ...message, ...rule, ...ends } };
  }
  return { status: "denied", denied: { at, by, ...message, ...rule } };
}

/** What an interceptor's denial is to whoever asked, and in the journal. */
export function interceptorDenial(
  { by, reason }: { readonly by: string; readonly reason: string },
): { readonly decision: Extract<Decision, { kind: "deny" }>; readonly by: Decider } {
  return { decision: { kind: "deny", message: `denied by ${by}: ${reason}` }, by: { kind: "interceptor", name: by } };
}

/** The event of the row whose request was decided without a human: it never waits. */
export function eventAfterAutoDecision(event: AgentEvent, decision: Decision): AgentEvent {
  if (event.kind !== "requested") return event;
  return decision.kind === "approve" && event.tool !== undefined
    ? { kind: "tool", tool: event.tool }
    : { kind: "progress" };
}

/** What a repeat of the decision that `approval` got is told beside its number. */
export function toldAgain(approval: Approval | undefined): { readonly ruleId?: string; readonly delivered?: false } {
  if (approval?.status !== "approved" && approval?.status !== "denied") return {};
  const { ruleId, delivered } = approval.status === "approved" ? approval.approved : approval.denied;
  return { ...(ruleId === undefined ? {} : { ruleId }), ...(delivered === undefined ? {} : { delivered }) };
}

interface Told {
  readonly rule: Rule | undefined;
  readonly delivered: boolean | undefined;
  readonly decision: Decision;
  readonly output: Readonly<Record<string, unknown>>;
  readonly request: Pick<ClassifiedRequest, "scripted">;
}

/** What the client that decided is told beside the number of its decision. */
export function toldOnce({ rule, delivered, decision, output, request }: Told) {
  return {
    ...(rule === undefined ? {} : { ruleId: rule.id }),
    ...(rule?.remembered === undefined ? {} : { remembered: [...rule.remembered] }),
    ...(delivered === undefined ? {} : { delivered }),
    ...(request.scripted || isSent(decision, output) ? {} : { messageSent: false as const }),
  };
}

/** Whether the message of `decision` is in what the agent gets: some take none. (A script gets it beside the outcome.) */
function isSent(decision: Decision, output: Told["output"]): boolean {
  if (!decision.message) return true;
  return decision.kind === "deny" &&
    JSON.stringify(output).includes(JSON.stringify(decision.message).slice(1, -1));
}
