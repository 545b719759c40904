/** From what was asked and answered to what is kept: approvals, verdicts, rules. Pure. */
import { dialogText } from "../agents/tool_use.ts";
import type { Asked } from "../core/approvals_port.ts";
import type { Approval, ApprovalState, Ask, Rule, Verdict } from "../domain/approval.ts";
import type { Happening, Question } from "../domain/report.ts";
import { riskOf } from "../domain/risk.ts";
import { type Caller, type NewRule, ruleFrom } from "../domain/rule.ts";
import { TEXT_CAPS } from "../domain/session.ts";
import { inOwnWords, shown, shownTool, withShownTools } from "../domain/shown.ts";
import { clip, maskSecrets, visibleLines } from "../domain/text.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ParamsOf } from "../protocol/methods.ts";
import type { Hold } from "./holds.ts";
import { unclearAnswer } from "./refusals.ts";

export interface NewApproval {
  readonly id: string;
  readonly rowId: string;
  readonly agent: string;
  readonly cwd: string | undefined;
  readonly ask: Ask;
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
    tool: shownTool(ask.tool),
    risk: riskOf(ask),
    ...shown(ask),
    requestedAt: at,
    deadline,
    status: "pending",
    pending: {},
  };
}

/** The question that the row shows. A gate has no dialog of the agent's own: then it is the call itself. */
export function questionOf(happening: Happening, { tool, input, for: kind }: Approval): Question {
  if (happening.kind === "asked") {
    const { kind: _, ...question } = happening;
    return question;
  }
  const call = happening.kind === "tool" ? { tool: happening.tool } : {};
  return { for: kind, text: `${tool}: ${input}`, ...call };
}

/** @throws {ConsoleError} `invalid_params` for words that do not go together, or may not be what was meant */
export function verdictOf(
  { id, decision, scope, message, answers, expiresInSecs }: ParamsOf<"approval.decide">,
  ask: Ask,
): Verdict {
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
  const own = inOwnWords(ask, answers);
  if (own === undefined) throw unclearAnswer(id);
  return { ...given, answers: own };
}

export interface RuleDetails extends Omit<NewRule, "scope" | "expiresAt"> {
  readonly expiresInSecs: number | undefined;
}

/** The state of an approval that got `verdict`. */
export function stateOf(
  verdict: Verdict,
  { at, by, ruleId }: { readonly at: string; readonly by: string; readonly ruleId?: string | undefined },
): ApprovalState {
  const rule = ruleId === undefined ? {} : { ruleId };
  if (verdict.yes) return { status: "approved", approved: { at, by, scope: verdict.scope, ...rule } };
  const message = verdict.message ? { message: maskSecrets(visibleLines(verdict.message)) } : {};
  return { status: "denied", denied: { at, by, ...message, ...rule } };
}

/** What a row does whose question was answered without asking: it never waits. */
export function goingOn(happening: Happening, verdict: Verdict): Happening {
  if (happening.kind !== "asked") return happening;
  return verdict.yes && happening.tool !== undefined ? { kind: "tool", tool: happening.tool } : { kind: "progress" };
}

/** What a script asks by `approval.request`; there is no dialog of an agent's before it, so waiting blocks only the script. */
export function scripted(
  { sessionId, tool, input, reasoning }: ParamsOf<"approval.request">,
  agent: string,
): Asked {
  const text = dialogText({ tool, subject: input });
  const happening: Happening = { kind: "asked", for: "permission", text, tool: { name: tool }, scripted: true };
  return {
    report: { agent, sessionId, facts: {}, happening: withShownTools(happening) },
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
function callerOf({ agent, sessionId, cwd, cut }: Hold, now: number): Caller {
  return { agent, sessionId, cut, now, ...(cwd === undefined ? {} : { cwd }) };
}

/** The standing answer of a yes beyond once. @throws {ConsoleError} `conflict` where none can be made of this call */
export function ruleOf(hold: Hold, verdict: Verdict, details: RuleDetails): Rule | undefined {
  if (!verdict.yes || verdict.scope === "once") return undefined;
  const { ask, id } = hold;
  const { expiresInSecs: secs, ...given } = details;
  const now = Date.parse(given.createdAt);
  const ends = secs === undefined ? {} : { expiresAt: new Date(now + secs * 1000).toISOString() };
  const refused = whyNoRule(ask);
  const rule = refused === undefined
    ? ruleFrom(ask, callerOf(hold, now), { ...given, ...ends, scope: verdict.scope })
    : { refused };
  if ("refused" in rule) {
    throw new ConsoleError("conflict", `Cannot approve ${id} for ${verdict.scope}: ${rule.refused}; approve it once`);
  }
  return rule;
}

function whyNoRule({ scripted, tool }: Ask): string | undefined {
  if (scripted) return "a script asks it, must be an agent";
  return shownTool(tool) === tool ? undefined : "its tool's name is none that can be shown as it is, must be";
}
