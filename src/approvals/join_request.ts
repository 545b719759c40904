/**
 * One request that two hooks brought: an agent may run the hooks of its user and of its project both, or those of another
 * agent as well, and waits for all of them. They share one question and its answer.
 */
import type { Store } from "../core/store.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import { payloadOf, subjectSession } from "./caller.ts";
import type { Inbox } from "./inbox.ts";
import { type PendingRequest, type Requester, requestersOf } from "./pending_requests.ts";
import type { ClassifiedIncoming } from "./policy_engine.ts";
import type { ApprovalResolver } from "./resolver.ts";

interface JoinDeps {
  readonly core: { readonly store: Store; readonly now: () => string };
  readonly inbox: Inbox;
}

/** The reply to the second hook; undefined where the request is none of those that are open. */
export function joinTwin(
  { core: { store, now }, inbox }: JoinDeps,
  resolver: ApprovalResolver,
  incoming: ClassifiedIncoming,
  requester: Requester,
): ResultOf<"session.report"> | undefined {
  const { rowId, process } = subjectSession(incoming, store);
  const { event } = incoming.report;
  const tool = event.kind === "requested" || event.kind === "tool" ? event.tool : undefined;
  // One yes must not let two equal calls run: then each hook asks for itself.
  if (tool !== undefined && resolver.calls.count(rowId, tool, process) > 1) return undefined;
  const twin = resolver.pending.twin({ rowId, process, payload: payloadOf(incoming) }, requester, now());
  const deadline = twin && inbox.get(twin.id)?.deadline;
  if (twin === undefined || deadline === undefined) return undefined;
  resolver.pending.join(twin, requester);
  onAllHungUp(twin, requester, () => resolver.hungUp(twin));
  const waitMs = Math.max(1, Date.parse(deadline) - Date.parse(now()));
  return {
    seq: store.seq,
    sessionId: rowId,
    status: store.get(rowId)?.status ?? null,
    approval: { id: twin.id, waitMs },
  };
}

/** Runs `action` when `requester` is gone and nobody else is left who waits for the answer. */
export function onAllHungUp(
  pending: Pick<PendingRequest, "requester" | "joined">,
  { hungUp }: Requester,
  action: () => void,
): void {
  const ended = () => {
    if (requestersOf(pending).every((one) => one.hungUp.aborted)) action();
  };
  hungUp.addEventListener("abort", ended, { once: true });
  if (hungUp.aborted) ended();
}
