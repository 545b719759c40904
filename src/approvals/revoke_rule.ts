/** Revokes a rule that a decision made. */
import { onceOf } from "../core/idempotency.ts";
import type { JournalPort } from "../core/journal_port.ts";
import type { CommitResult } from "../core/commit_result.ts";
import type { Store } from "../core/store.ts";
import type { Actor } from "../protocol/actor.ts";
import type { ParamsOf } from "../protocol/method_schemas.ts";
import { noSuchRule } from "./errors.ts";
import type { Inbox } from "./inbox.ts";

export interface RevokeDeps {
  readonly store: Store;
  readonly inbox: Inbox;
  readonly journal: Pick<JournalPort, "durable">;
}

/**
 * Resolves when the revocation is on the disk.
 *
 * @throws {ConsoleError} `not_found`, `conflict` where the idempotency key belongs to another call, `read_only`
 */
export async function commitRevocation(
  { store, inbox, journal }: RevokeDeps,
  params: ParamsOf<"approval.revoke">,
  actor: Actor,
): Promise<CommitResult> {
  const { id } = params;
  const once = onceOf("approval.revoke", params);
  const earlier = store.repeated(once);
  const rule = inbox.rule(id);
  if (earlier !== undefined) {
    await journal.durable(earlier.seq);
    return earlier;
  }
  if (rule === undefined) throw noSuchRule(id);
  const committed = store.commit({ type: "approval.rule_revoked", data: { rule } }, actor, once);
  await journal.durable(committed.seq);
  return committed;
}
