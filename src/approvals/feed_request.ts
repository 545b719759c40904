/** A request that a feed brings: its requester is this process, which delivers the decision itself. */
import type { IncomingRequest } from "../core/approvals_port.ts";
import type { Decision } from "../domain/approval.ts";
import { FEED } from "../protocol/actor.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import type { Requester, WaitResult } from "./pending_requests.ts";

export interface FeedRequestDeps {
  readonly receive: (
    incoming: IncomingRequest,
    requester: Requester,
  ) => ResultOf<"session.report"> | Promise<ResultOf<"session.report">>;
  readonly wait: (id: string, requester: Requester) => Promise<WaitResult>;
  /** The request of that id was decided elsewhere, or withdrawn. */
  readonly elsewhere: (id: string) => void;
}

/** `signal` fires when the request was decided elsewhere, or when nobody is left who takes a decision. */
export async function requestForFeed(
  { receive, wait, elsewhere }: FeedRequestDeps,
  request: Omit<IncomingRequest, "cut" | "responseFor">,
  signal: AbortSignal,
): Promise<Decision | undefined> {
  let given: Decision | undefined;
  let id: string | undefined;
  const end = new AbortController();
  const requester: Requester = { actor: FEED, signal: end.signal, hungUp: end.signal };
  const responseFor = (decision: Decision) => (given = decision, {});
  const onAbort = () => id !== undefined && elsewhere(id);
  try {
    const { output, approval } = await receive({ ...request, cut: false, responseFor }, requester);
    if (output !== undefined || approval === undefined) return given;
    id = approval.id;
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    const { outcome } = await wait(id, requester);
    return outcome === "approved" || outcome === "denied" ? given : undefined;
  } finally {
    signal.removeEventListener("abort", onAbort);
    end.abort();
  }
}
