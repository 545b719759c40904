/** A request that a feed brings: it has no hook that waits, and the feed delivers the decision itself. */
import type { IncomingRequest } from "../core/approvals_port.ts";
import type { Decision } from "../domain/approval.ts";
import { FEED } from "../protocol/actor.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import type { Requester, WaitResult } from "./pending_requests.ts";

/** What is needed of the broker. */
export interface RequestReceiver {
  receive(
    incoming: IncomingRequest,
    requester: Requester,
  ): ResultOf<"session.report"> | Promise<ResultOf<"session.report">>;
  wait(id: string, requester: Requester): Promise<WaitResult>;
  endElsewhere(id: string): void;
}

/** @returns undefined: no decision of ours. @param signal fires when the request ends without one */
export async function decisionForFeed(
  broker: RequestReceiver,
  request: Omit<IncomingRequest, "cut" | "responseFor">,
  signal: AbortSignal,
): Promise<Decision | undefined> {
  let given: Decision | undefined;
  let id: string | undefined;
  const end = new AbortController();
  const requester: Requester = { actor: FEED, signal: end.signal, hungUp: end.signal };
  const responseFor = (decision: Decision) => (given = decision, {});
  const onAbort = () => id !== undefined && broker.endElsewhere(id);
  try {
    const { output, approval } = await broker.receive({ ...request, cut: false, responseFor }, requester);
    if (output !== undefined || approval === undefined) return given;
    id = approval.id;
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    const { outcome } = await broker.wait(id, requester);
    return outcome === "approved" || outcome === "denied" ? given : undefined;
  } finally {
    signal.removeEventListener("abort", onAbort);
    end.abort();
  }
}
