/** What the result under an idempotency key was about: a repeat gets it only where it is about the same. Pure. */
import type { CommitResult } from "../core/store.ts";
import type { Approval } from "../domain/approval.ts";

/** Whether it is the result of a decision, and not of a change of a session. */
export function isDecided({ status }: CommitResult): boolean {
  return status === "approved" || status === "denied";
}

export function isAbout(committed: CommitResult, { sessionId, status }: Approval): boolean {
  return committed.sessionId === sessionId && committed.status === status;
}
