/** From the params of `approval.decide` to a decision. Pure. */
import type { ApprovalRequest, ApprovalScope, Decision } from "../domain/approval.ts";
import { answerTexts } from "../domain/presentation.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ParamsOf } from "../protocol/method_schemas.ts";
import { answerRequired } from "./errors.ts";

/** @throws {ConsoleError} `invalid_params` where parameters contradict each other, or an answer is ambiguous */
export function parseDecision(
  { id, decision, scope, message, answers, expiresInSecs, remember }: ParamsOf<"approval.decide">,
  request: ApprovalRequest,
): Decision {
  if (expiresInSecs !== undefined && (decision === "deny" || scope === undefined || scope === "once")) {
    throw new ConsoleError("invalid_params", '"expiresInSecs" was given, but no rule is made that could end', {
      param: "expiresInSecs",
      hint: "approve with the scope session, workspace or always",
    });
  }
  const said = message === undefined ? {} : { message };
  if (remember) checkRemember(decision, scope, expiresInSecs, request);
  if (decision === "deny") {
    if (scope !== undefined && scope !== "once") {
      throw new ConsoleError("invalid_params", `"scope" is "${scope}", but a denial is always for once`, {
        param: "scope",
      });
    }
    return { kind: "deny", ...said };
  }
  const given = { kind: "approve", scope: scope ?? "once", ...(remember ? { remember } : {}), ...said } as const;
  if (answers === undefined) return given;
  const own = answerTexts(request, answers);
  if (own === undefined) throw answerRequired(id);
  return { ...given, answers: own };
}

/** What an agent keeps has no end, and is for what a rule of ours is for too. */
function checkRemember(
  decision: ParamsOf<"approval.decide">["decision"],
  scope: ApprovalScope | undefined,
  expiresInSecs: number | undefined,
  { remembers = {}, suggestions = [] }: ApprovalRequest,
): void {
  const refuse = (why: string, hint: string) => {
    throw new ConsoleError("invalid_params", `"remember" was given, but ${why}`, { param: "remember", hint });
  };
  if (decision === "deny" || scope === undefined || scope === "once") {
    refuse("only an approval for longer can be remembered", "approve with the scope session, workspace or always");
  } else if (expiresInSecs !== undefined) {
    refuse("what an agent remembers has no end", "leave out one of --remember and --expires");
  } else if (remembers[scope] === undefined) {
    refuse(whatIsOffered(remembers, suggestions), "approve without --remember: the rule is ours alone");
  }
}

/** What people see beside the request are all of the agent's offers, also those that are for more than this call. */
function whatIsOffered(remembers: NonNullable<ApprovalRequest["remembers"]>, offers: readonly string[]): string {
  const scopes = Object.keys(remembers);
  if (scopes.length > 0) return `the agent offers to remember this call only with the scope ${scopes.join(" or ")}`;
  return offers.length === 0
    ? "the agent offers to remember nothing for this call"
    : "what the agent offers to remember is for more than this call, which nothing here approves";
}
