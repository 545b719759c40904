/** `approvals`: the inbox on the command line. */
import type { Approval } from "../../domain/approval.ts";
import type { TerminalQuestion } from "../../domain/terminal_question.ts";
import { answerHint, approvalLines } from "../approval_text.ts";
import { type CommandContext, read } from "../context.ts";
import { resolveSession } from "../resolve.ts";
import { shortIds } from "../session_table.ts";
import { terminalQuestionLines } from "../terminal_question_text.ts";

export interface ApprovalListOptions {
  readonly all?: boolean;
  readonly session?: string;
  readonly json?: boolean;
}

async function inbox(
  run: CommandContext,
  options: ApprovalListOptions,
): Promise<{ readonly approvals: readonly Approval[]; readonly terminalQuestions: readonly TerminalQuestion[] }> {
  const sessionId = options.session === undefined ? {} : { sessionId: await resolveSession(run, options.session) };
  const params = { status: options.all ? "all" as const : "pending" as const, ...sessionId };
  const { approvals, terminalQuestions = [] } = await read(run, "approval.list", params);
  return { approvals, terminalQuestions };
}

export async function approvals(
  run: CommandContext,
  id: string | undefined,
  options: ApprovalListOptions,
): Promise<void> {
  if (id !== undefined) return await (await import("./show.ts")).show(run, id, options);
  const { approvals: found, terminalQuestions } = await inbox(run, options);
  if (options.json) return run.out.json({ approvals: found, terminalQuestions });
  if (found.length + terminalQuestions.length === 0) return run.out.note("Nothing waits for an answer.");
  const now = Date.now();
  const short = shortIds([...found, ...terminalQuestions].map(({ sessionId }) => sessionId));
  for (const approval of found) {
    for (const line of approvalLines(approval, short.get(approval.sessionId) ?? "", now)) run.out.line(line);
  }
  for (const question of terminalQuestions) {
    const { sessionId } = question;
    for (const line of terminalQuestionLines(question, short.get(sessionId) ?? "", now)) run.out.line(line);
  }
  const open = found.filter(({ status }) => status === "pending");
  const isQuestion = (one: Approval) => one.for === "question";
  // One line for each way to decide.
  for (const example of [open.find((one) => !isQuestion(one)), open.find(isQuestion)]) {
    if (example?.missing !== undefined && example.cutBy === undefined) {
      run.out.note(`see all of it: agent-console show ${example.id}`);
    }
    if (example !== undefined) run.out.note(`answer with: ${answerHint(example)}`);
  }
}
