/** Decides one approval, and says what became of it. */
import { type Approval, riskNamed } from "../domain/approval.ts";
import { escapeControls, headAndTail } from "../domain/sanitize.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ParamsOf } from "../protocol/method_schemas.ts";
import { approvalSummary, outcomeText } from "../view/approval_words.ts";
import { answerLine } from "./answers.ts";
import { call, type CommandContext, read } from "./context.ts";

/** Of the text of what was decided: it was read before, and its two ends say which one it is. UTF-16 units. */
const SHOWN = 120;

/** Decides, and prints what became of it. @throws {ConsoleError} where nothing was decided, or not delivered */
export async function decide(
  run: CommandContext,
  approval: Approval,
  params: ParamsOf<"approval.decide">,
): Promise<void> {
  const { ruleId, delivered, messageSent, remembered } = await call(run, "approval.decide", params)
    .catch(async (error) => {
      throw await decidedBy(run, approval, error);
    });
  const word = params.decision === "deny" ? "denied" : `approved ${params.scope ?? "once"}`;
  const text = params.answers === undefined ? approvalSummary(approval) : answerLine(approval, params.answers);
  const what = headAndTail(escapeControls(text), SHOWN);
  const danger = params.decision !== "deny" && riskNamed(approval.risk) === "destroys" ? ", it destroys" : "";
  const said = `${approval.id}: ${word}${danger}${delivered === false ? ", not delivered" : ""}`;
  if (delivered !== false) run.out.note(`${said} (${what})`);
  if (messageSent === false) {
    run.out.note(`${approval.id}: the message was not sent, because ${approval.agent} takes none with this answer`);
  }
  if (ruleId !== undefined) run.out.note(`rule ${ruleId}; take it back with: agent-console rules revoke ${ruleId}`);
  if (remembered !== undefined) {
    run.out.note(`${approval.agent} keeps it too, in ${remembered.map(escapeControls).join(" and ")}`);
  }
  if (delivered !== false) return;
  throw new ConsoleError("failed", `${said}: the agent's hook did not pass it on (${what})`, {
    hint: "answer it in the agent's own terminal",
    delivered,
  });
}

/** The daemon says that it was decided; who did it is in the list. */
async function decidedBy(run: CommandContext, { id }: Approval, error: unknown): Promise<unknown> {
  if (!(error instanceof ConsoleError) || error.kind !== "already_decided") return error;
  const { approvals } = await read(run, "approval.list", { status: "all" });
  const now = approvals.find((one) => one.id === id);
  if (now === undefined || !["approved", "denied"].includes(now.status)) return error;
  return new ConsoleError("already_decided", `request "${id}" was already ${outcomeText(now)}`, error.details);
}
