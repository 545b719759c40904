/** What interceptors say of a request that a person is asked anyway: notes beside it, or a denial at once. */
import type { Approval } from "../domain/approval.ts";
import { DAEMON } from "../protocol/actor.ts";
import { type AskDeps, askInterceptors, interceptedRequest } from "./ask_interceptors.ts";
import { type DecideDeps, denyOpenRequest } from "./decide_request.ts";
import type { PendingRequest } from "./pending_requests.ts";

/** Begins behind the turn that opens `pending`. A word that comes after its end is for nobody. Never rejects. */
export async function interceptOpen(asking: AskDeps, deps: DecideDeps, pending: PendingRequest): Promise<void> {
  await Promise.resolve();
  const { id, done } = pending;
  const { core: { store }, inbox } = deps.options;
  const open = (): Approval | undefined => {
    const approval = inbox.get(id);
    return pending.isResolved || approval?.status !== "pending" ? undefined : approval;
  };
  const approval = open();
  if (approval === undefined) return;
  const ended = new AbortController();
  void done.promise.finally(() => ended.abort());
  const row = store.get(pending.sessionId);
  const shown = interceptedRequest(approval, "ask", row?.workspace ?? row?.cwd);
  const found = await askInterceptors(asking, shown, ended.signal);
  try {
    if (found.kind === "deny" && await denyOpenRequest(deps, pending, found)) return;
    const still = open();
    if (still === undefined || found.notes.length === 0) return;
    store.commit({ type: "approval.noted", data: { approval: { ...still, notes: found.notes } } }, DAEMON);
  } catch (error) { // a journal that takes nothing: the person is asked all the same
    asking.log.error("what interceptors say of a request was not recorded", { id, error: String(error) });
  }
}
