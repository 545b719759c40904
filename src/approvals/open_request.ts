/** Opens an approval: the question of a request, in the inbox and on its row, and whoever waits for its answer. */
import { isBesideLiving, type ReportDeps } from "../core/apply_report.ts";
import type { CommitResult } from "../core/commit_result.ts";
import type { ApprovalNote } from "../domain/approval.ts";
import type { AgentEvent, QuestionText } from "../domain/report.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import { payloadOf, subjectSession } from "./caller.ts";
import { onAllHungUp } from "./join_request.ts";
import { type PendingRequest, type Requester, unresolved } from "./pending_requests.ts";
import type { ClassifiedIncoming } from "./policy_engine.ts";
import { newApproval, questionOf, toolOfRow } from "./records.ts";
import type { ApprovalResolver } from "./resolver.ts";

export interface OpenDeps {
  readonly core: Pick<ReportDeps, "store" | "now">;
  /** Runs `action` after `ms`, unless the returned function is called first. */
  readonly after: (ms: number, action: () => void) => () => void;
  /** A new id, short enough to type. */
  readonly newId: () => string;
  /** Lets `ask` put a question, where its asker may. @returns ends its counting. @throws {ConsoleError} `busy` */
  readonly admitQuestion: (ask: () => void) => () => void;
}

/** What is known of a request that was held before. */
export interface HeldBefore {
  /** By which its requester waits. */
  readonly id: string;
  readonly notes: readonly ApprovalNote[];
}

/** @param waitMs what is left of its requester's wait */
export function openRequest(
  { core, after, newId, admitQuestion }: OpenDeps,
  resolver: ApprovalResolver,
  incoming: ClassifiedIncoming,
  requester: Requester,
  waitMs: number,
  { id, notes }: HeldBefore = { id: newId(), notes: [] },
): ResultOf<"session.report"> {
  const { request, report, responseFor, idempotencyKey, cutBy } = incoming;
  const at = core.now();
  const about = subjectSession(incoming, core.store);
  const deadline = new Date(Date.parse(at) + waitMs).toISOString();
  const approval = newApproval({ ...about, request, cutBy, notes, id, at, deadline });
  // What the process here does goes on meanwhile, and is what the row shows again.
  const beside = report.subagent === undefined && isBesideLiving(report, core.store) ? { scripted: true as const } : {};
  const question: QuestionText = { ...questionOf(report.event, approval), approvalId: id, ...beside };
  const ask = () => void core.store.commit({ type: "approval.requested", data: { approval } }, requester.actor);
  const release = admitQuestion(ask);
  const event: AgentEvent = { kind: "requested", ...question };
  let committed: CommitResult | undefined;
  try {
    committed = resolver.commit({ ...report, event }, { actor: requester.actor, idempotencyKey });
    return { ...committed, approval: { id, waitMs } };
  } finally {
    const tool = toolOfRow(core.store.get(about.rowId), id) ?? question.tool;
    const pending: PendingRequest = {
      ...about,
      id,
      sessionId: report.sessionId,
      request,
      question: { ...question, ...(tool === undefined ? {} : { tool }) },
      responseFor,
      requester,
      joined: [],
      payload: payloadOf(incoming),
      at,
      stopTimer: after(waitMs, () => resolver.expire(pending, "deadline")),
      release,
      ...unresolved(),
    };
    resolver.pending.add(pending);
    if (committed === undefined) resolver.cancel(pending, "its row could not be written");
    onAllHungUp(pending, requester, () => resolver.hungUp(pending));
  }
}
