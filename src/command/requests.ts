/** `/approvals`, `/approve`, `/deny`: what agents ask, and a person's answer. */
import type { ConsoleCall } from "../core/console_command.ts";
import { type Approval, riskNamed } from "../domain/approval.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ParamsOf } from "../protocol/method_schemas.ts";
import { type ApprovalItem, approvalItems, type WholeApproval } from "../view/approval_items.ts";
import { approvalSummary, isQuestion } from "../view/approval_words.ts";
import type { Nameables } from "../view/pick.ts";
import { loadAll, requestNamed } from "./board.ts";

export async function listRequests(call: ConsoleCall): Promise<string> {
  const board = await loadAll(call, "pending");
  if (board.approvals.length === 0) return "Nothing waits for an answer.";
  return board.approvals.map((one) => requestText(one, board)).join("\n\n");
}

/** One request, all of it that is known. */
export function requestText(approval: WholeApproval, { sessions, approvals }: Nameables): string {
  const [item] = approvalItems([approval], { sessions, among: approvals, now: Date.now() });
  return item === undefined ? "" : itemLines(item).join("\n");
}

function itemLines(item: ApprovalItem): readonly string[] {
  const { id, name, agent, kind, age, end, risk, call, detail, cut, reasoning, notes, questions, isOpen } = item;
  return [
    [name, agent, id, `asked ${age} ago, ${end}`, ...(risk === undefined ? [kind] : [risk.word])].join("  "),
    ...[...call, ...detail].map((line) => `  ${line}`),
    ...(cut === undefined ? [] : [`  ${cut}`]),
    ...reasoning.map((line, at) => `  ${at === 0 ? "why: " : ""}${line}`),
    ...notes.map((line) => `  ${line}`),
    ...questions.flatMap(({ text, options }) => [
      ...text.map((line) => `  ${line}`),
      ...options.map((option, at) => `    ${at + 1}  ${option.text}`),
    ]),
    ...(isOpen ? [`  /approve ${id}  ·  /deny ${id}`] : []),
  ];
}

/** Said behind the request's name by who has read what it destroys. */
const CONFIRMED = "yes";

/** @throws {ConsoleError} `confirm_required` where a person must have seen what it does */
export async function approveRequest([given, ...more]: readonly string[], call: ConsoleCall): Promise<string> {
  const isConfirmed = more.length === 1 && more[0] === CONFIRMED;
  if (more.length > 0 && !isConfirmed) {
    throw new ConsoleError("usage", `"/approve" takes one request, and "${CONFIRMED}" behind it`, {
      hint: "/help approve",
    });
  }
  const board = await loadAll(call);
  const approval = requestNamed(given, board);
  const { id, status } = approval;
  if (status === "pending" && (isQuestion(approval) || (approval.choices ?? []).length > 0)) {
    throw new ConsoleError("conflict", `the request ${id} is a question, and needs an answer`, {
      hint: `agent-console approve ${id} --answer 1`,
    });
  }
  if (status === "pending" && !isConfirmed && mustBeSeen(approval, given)) {
    throw new ConsoleError("confirm_required", `${requestText(approval, board)}\nNothing is approved yet.`, {
      approvalId: id,
      hint: `/approve ${id} ${CONFIRMED}`,
    });
  }
  return await decide(approval, { decision: "approve" }, call);
}

/** What destroys; and what nobody can tell, where its whole id does not say that it was read. */
function mustBeSeen(approval: Approval, given: string | undefined): boolean {
  if (approval.for !== "permission") return false;
  const risk = riskNamed(approval.risk);
  return risk === "destroys" || (risk === "unknown" && given !== approval.id);
}

export async function denyRequest([given, ...words]: readonly string[], call: ConsoleCall): Promise<string> {
  const approval = requestNamed(given, await loadAll(call));
  const message = words.join(" ");
  return await decide(approval, { decision: "deny", ...(message === "" ? {} : { message }) }, call);
}

async function decide(
  approval: Approval,
  decision: Pick<ParamsOf<"approval.decide">, "decision" | "message">,
  { call, once }: ConsoleCall,
): Promise<string> {
  const { delivered, messageSent } = await call("approval.decide", { id: approval.id, ...decision, ...once });
  const done = decision.decision === "deny" ? "denied" : "approved";
  const notes = [
    ...(delivered === false ? ["its agent did not get the answer: its own terminal asks"] : []),
    ...(messageSent === false ? ["its agent takes no message"] : []),
  ];
  return [`${done}: ${approvalSummary(approval)}`, ...notes].join("\n");
}
