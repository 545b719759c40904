/** From what was asked and answered to what is kept: approvals, verdicts, rules. Pure. */
import { promptText } from "../agents/shared/tool_label.ts";
import type { IncomingRequest } from "../core/approvals_port.ts";
import type { Approval, ApprovalRequest, ApprovalState, Decision, Rule } from "../domain/approval.ts";
import type { AgentEvent, QuestionText } from "../domain/report.ts";
import { riskOf } from "../policy/risk.ts";
import { type NewRule, type RuleContext, ruleFrom } from "../policy/rule.ts";
import { TEXT_CAPS } from "../domain/session.ts";
import { answerTexts, presentRequest, presentToolName, withPresentedTools } from "../domain/presentation.ts";
import { clip, escapeControlsKeepLines, maskSecrets } from "../domain/sanitize.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ParamsOf } from "../protocol/methods.ts";
import type { PendingRequest } from "./pending_requests.ts";
import { answerRequired } from "./errors.ts";

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

/** @throws {ConsoleError} `invalid_params` for words that do not go together, or may not be what was meant */
export function parseDecision(
  { id, decision, scope, message, answers, expiresInSecs }: ParamsOf<"approval.decide">,
  ask: ApprovalRequest,
): Decision {
  if (expiresInSecs !== undefined && (decision === "deny" || scope === undefined || scope === "once")) {
    const why = "Cannot decide: expiresInSecs is given without a rule to end, must come with a scope beyond once";
    throw new ConsoleError("invalid_params", why, { param: "expiresInSecs" });
  }
  if (decision === "deny") {
    if (scope !== undefined && scope !== "once") {
      throw new ConsoleError("invalid_params", `Cannot deny: scope is ${scope}, must be once`, { param: "scope" });
    }
    return { yes: false, ...(message === undefined ? {} : { message }) };
  }
  const given = { yes: true, scope: scope ?? "once" } as const;
  if (answers === undefined) return given;
  const own = answerTexts(ask, answers);
  if (own === undefined) throw answerRequired(id);
  return { ...given, answers: own };
}

export interface RuleDetails extends Omit<NewRule, "scope" | "expiresAt"> {
  readonly expiresInSecs: number | undefined;
}

/** The state of an approval that got `verdict`. */
export function resolvedState(
  verdict: Decision,
  { at, by, ruleId }: { readonly at: string; readonly by: string; readonly ruleId?: string | undefined },
): ApprovalState {
  const rule = ruleId === undefined ? {} : { ruleId };
  if (verdict.yes) return { status: "approved", approved: { at, by, scope: verdict.scope, ...rule } };
  const message = verdict.message ? { message: maskSecrets(escapeControlsKeepLines(verdict.message)) } : {};
  return { status: "denied", denied: { at, by, ...message, ...rule } };
}

/** What a row does whose question was answered without asking: it never waits. */
export function eventAfterAutoDecision(happening: AgentEvent, verdict: Decision): AgentEvent {
  if (happening.kind !== "asked") return happening;
  return verdict.yes && happening.tool !== undefined ? { kind: "tool", tool: happening.tool } : { kind: "progress" };
}

/** What a script asks by `approval.request`; there is no dialog of an agent's before it, so waiting blocks only the script. */
export function requestFromScript(
  { sessionId, tool, input, reasoning }: ParamsOf<"approval.request">,
  agent: string,
): IncomingRequest {
  const text = promptText({ tool, subject: input });
  const happening: AgentEvent = { kind: "asked", for: "permission", text, tool: { name: tool }, scripted: true };
  return {
    report: { agent, sessionId, facts: {}, happening: withPresentedTools(happening) },
    ask: {
      for: "permission",
      tool,
      action: "other",
      subject: input,
      dialog: "beside",
      takesYes: true,
      scripted: true,
      ...(reasoning === undefined ? {} : { reasoning }),
    },
    cut: false,
    answer: (verdict) => ({ decision: verdict.yes ? "allow" : "deny" }),
  };
}

/** Whose call it is, as rules see it; `now` in milliseconds since 1970. */
function contextOfPending({ agent, sessionId, cwd, cut }: PendingRequest, now: number): RuleContext {
  return { agent, sessionId, cut, now, ...(cwd === undefined ? {} : { cwd }) };
}

/** The standing answer of a yes beyond once. @throws {ConsoleError} `conflict` where none can be made of this call */
export function ruleFromDecision(hold: PendingRequest, verdict: Decision, details: RuleDetails): Rule | undefined {
  if (!verdict.yes || verdict.scope === "once") return undefined;
  const { ask, id } = hold;
  const { expiresInSecs: secs, ...given } = details;
  const now = Date.parse(given.createdAt);
  const ends = secs === undefined ? {} : { expiresAt: new Date(now + secs * 1000).toISOString() };
  const refused = whyNoRule(ask);
  const rule = refused === undefined
    ? ruleFrom(ask, contextOfPending(hold, now), { ...given, ...ends, scope: verdict.scope })
    : { refused };
  if ("refused" in rule) {
    throw new ConsoleError("conflict", `Cannot approve ${id} for ${verdict.scope}: ${rule.refused}; approve it once`);
  }
  return rule;
}

function whyNoRule({ scripted, tool }: ApprovalRequest): string | undefined {
  if (scripted) return "a script asks it, must be an agent";
  return presentToolName(tool) === tool ? undefined : "its tool's name is none that can be shown as it is, must be";
}
