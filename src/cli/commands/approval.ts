/** `approvals`: the inbox on the command line. */
import type { Approval } from "../../domain/approval.ts";
import { answerHint, approvalLines } from "../approval_text.ts";
import { allSessions, type CommandContext, read } from "../context.ts";
import { resolveSession } from "../resolve.ts";
import { shortIds } from "../session_table.ts";

export interface ApprovalListOptions {
  readonly all?: boolean;
  readonly session?: string;
  readonly json?: boolean;
}

async function inbox(run: CommandContext, options: ApprovalListOptions): Promise<readonly Approval[]> {
  const sessionId = options.session === undefined ? {} : { sessionId: await resolveSession(run, options.session) };
  const { approvals } = await read(run, "approval.list", { status: options.all ? "all" : "pending", ...sessionId });
  return approvals;
}

export async function approvals(
  run: CommandContext,
  id: string | undefined,
  options: ApprovalListOptions,
): Promise<void> {
  if (id !== undefined) return await (await import("./show.ts")).show(run, id, options);
  const found = await inbox(run, options);
  if (options.json) return run.out.json({ approvals: found });
  if (found.length === 0) return run.out.note(await nothingWaits(run));
  const now = Date.now();
  const short = shortIds(found.map(({ sessionId }) => sessionId));
  for (const approval of found) {
    for (const line of approvalLines(approval, short.get(approval.sessionId) ?? "", now)) run.out.line(line);
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

/** An empty list does not mean that no agent waits: some dialogs can only be decided in their own terminal. */
async function nothingWaits(run: CommandContext): Promise<string> {
  const sessions = await allSessions(run, { status: "waiting" });
  const waiting = sessions.filter(({ lost }) => !lost).length;
  const elsewhere = waiting === 0
    ? ""
    : ` ${waiting === 1 ? "One session waits" : `${waiting} sessions wait`} where only its terminal can answer: "ls".`;
  return `Nothing waits for an answer.${elsewhere}`;
}
