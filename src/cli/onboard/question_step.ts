/** The last step of `onboard`: one real request goes through the daemon, and its reader answers it. Nothing is run. */
import { connectOrStart } from "../../client/reach.ts";
import type { Approval } from "../../domain/approval.ts";
import { ConsoleError } from "../../protocol/errors.ts";
import { sleep } from "../../platform/delay.ts";
import { callOn, type CommandContext } from "../context.ts";
import { requestLines } from "../request_lines.ts";
import type { Questions } from "./questions.ts";

/** The name of the row's agent, which is none of the known ones, and the row's own. */
const ASKER = "onboard";
const TITLE = "hello";
/** Time for a person to answer. */
const ANSWER_SECS = 300;
/** Time for the request to be in the inbox, ms. */
const OPEN_MS = 5000;
const LOOK_MS = 20;

/** @throws {ConsoleError} where the daemon does not play its part; {CommandEnded} 130 */
export async function questionStep(run: CommandContext, questions: Questions): Promise<void> {
  const sessionId = crypto.randomUUID();
  const asking = await connectOrStart(run.context);
  const answering = await connectOrStart(run.context);
  const inTime = AbortSignal.any([run.signal, AbortSignal.timeout(ANSWER_SECS * 1000 + OPEN_MS)]);
  try {
    await callOn(answering, run, "session.update", { sessionId, agent: ASKER, title: TITLE });
    const asked = asking.call("approval.request", {
      sessionId,
      agent: ASKER,
      tool: "Bash",
      input: "echo hello from agent-console",
      reasoning: "so that you see how a request looks; nothing is run",
      waitSecs: ANSWER_SECS,
    }, inTime);
    asked.catch(() => {}); // where the person leaves first
    const approval = await opened(run, answering, sessionId);
    const { session } = await callOn(answering, run, "session.get", { sessionId });
    const board = { sessions: [session], approvals: [approval] };
    for (const line of await requestLines(run, approval, board, { whole: true, isAsked: true })) run.out.line(line);
    const decision = await questions.yes("Approve it?", true) ? "approve" as const : "deny" as const;
    await callOn(answering, run, "approval.decide", { id: approval.id, decision });
    const { outcome } = await asked;
    run.out.say(`The asker got your answer: ${outcome}. From any terminal: agent-console approvals, approve, deny`);
  } finally {
    await answering.call("session.delete", { sessionId }, AbortSignal.timeout(OPEN_MS)).catch(() => {}); // the row is an example
    asking.close();
    answering.close();
  }
}

async function opened(
  run: CommandContext,
  client: Awaited<ReturnType<typeof connectOrStart>>,
  sessionId: string,
): Promise<Approval> {
  const deadline = AbortSignal.any([run.signal, AbortSignal.timeout(OPEN_MS)]);
  for (;;) {
    const { approvals } = await callOn(client, run, "approval.list", { status: "pending", sessionId });
    if (approvals[0] !== undefined) return approvals[0];
    await sleep(LOOK_MS, deadline).catch(() => {
      throw new ConsoleError("timeout", "the request has not come into the inbox", { hint: "agent-console doctor" });
    });
  }
}
