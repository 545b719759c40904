/** What a change answers: where its record is, and what it was about. */
import { isApprovalEvent, isSessionEvent, type NewEvent } from "../domain/event.ts";

/**
 * What a mutating method answers, now and for every repeat of its idempotency key. `status` is the session's, or the
 * approval's where the event was about one.
 */
export interface CommitResult {
  readonly seq: number;
  readonly sessionId: string | null;
  readonly status: string | null;
  readonly ruleId?: string; // of the rule that the event added
  readonly id?: string; // of what an event of a feature is about
}

/** An event of a feature is about the session that its data names as `sessionId`, and about what it names as `id`, if it does. */
export function resultOf(event: NewEvent, seq: number): CommitResult {
  if (isSessionEvent(event)) {
    const { id, status } = event.data.session;
    return { seq, sessionId: id, status: event.type === "session.deleted" ? null : status };
  }
  if (isApprovalEvent(event) && "approval" in event.data) {
    const { sessionId, status } = event.data.approval;
    return { seq, sessionId, status };
  }
  if (event.type === "approval.rule_added") return { seq, sessionId: null, status: null, ruleId: event.data.rule.id };
  const { sessionId, id } = event.data as { readonly sessionId?: unknown; readonly id?: unknown };
  return {
    seq,
    sessionId: typeof sessionId === "string" ? sessionId : null,
    status: null,
    ...(typeof id === "string" ? { id } : {}),
  };
}
