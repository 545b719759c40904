/** Revokes a rule that a decision made. */
import type { JournalPort } from "../core/journal_port.ts";
import type { CommitResult, Store } from "../core/store.ts";
import type { Rule } from "../domain/approval.ts";
import { escapeControls } from "../domain/sanitize.ts";
import type { Actor } from "../protocol/actor.ts";
import type { ParamsOf } from "../protocol/method_schemas.ts";
import { idempotencyKeyReused, noSuchRule } from "./errors.ts";
import type { Inbox } from "./inbox.ts";

export interface RevokeDeps {
  readonly store: Store;
  readonly inbox: Inbox;
  readonly journal: Pick<JournalPort, "durable">;
  /** The rules in force, including those of the configuration. */
  readonly rules: () => readonly Rule[];
}

/**
 * Resolves when the revocation is on the disk.
 *
 * @throws {ConsoleError} `not_found`, `conflict` where the idempotency key belongs to another call, `read_only`
 */
export async function commitRevocation(
  { store, inbox, journal, rules }: RevokeDeps,
  { id, idempotencyKey }: ParamsOf<"approval.revoke">,
  actor: Actor,
): Promise<CommitResult> {
  const earlier = store.repeated(idempotencyKey);
  const rule = inbox.rule(id);
  if (earlier !== undefined) {
    // The key belongs to another call: one about a session, or the rule still exists (made by a decision or by the
    // configuration).
    const stands = rule !== undefined || rules().some((one) => one.id === id);
    if (stands || earlier.sessionId !== null) throw idempotencyKeyReused(`rule "${escapeControls(id)}"`);
    await journal.durable(earlier.seq);
    return earlier;
  }
  if (rule === undefined) throw noSuchRule(id);
  const committed = store.commit({ type: "approval.rule_revoked", data: { rule } }, actor, idempotencyKey);
  await journal.durable(committed.seq);
  return committed;
}
