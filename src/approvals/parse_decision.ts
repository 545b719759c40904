/** From the params of `approval.decide` to a decision. Pure. */
import type { ApprovalRequest, Decision } from "../domain/approval.ts";
import { answerTexts } from "../domain/presentation.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ParamsOf } from "../protocol/method_schemas.ts";
import { answerRequired } from "./errors.ts";

/** @throws {ConsoleError} `invalid_params` where parameters contradict each other, or an answer is ambiguous */
export function parseDecision(
  { id, decision, scope, message, answers, expiresInSecs }: ParamsOf<"approval.decide">,
  request: ApprovalRequest,
): Decision {
  if (expiresInSecs !== undefined && (decision === "deny" || scope === undefined || scope === "once")) {
    throw new ConsoleError("invalid_params", '"expiresInSecs" was given, but no rule is made that could end', {
      param: "expiresInSecs",
      hint: "approve with the scope session, workspace or always",
    });
  }
  if (decision === "deny") {
    if (scope !== undefined && scope !== "once") {
      throw new ConsoleError("invalid_params", `"scope" is "${scope}", but a denial is always for once`, {
        param: "scope",
      });
    }
    return { kind: "deny", ...(message === undefined ? {} : { message }) };
  }
  const given = { kind: "approve", scope: scope ?? "once" } as const;
  if (answers === undefined) return given;
  const own = answerTexts(request, answers);
  if (own === undefined) throw answerRequired(id);
  return { ...given, answers: own };
}
