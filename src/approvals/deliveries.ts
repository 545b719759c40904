/**
 * Whether a decision has reached its agent: the hook that got it says when it has passed it on. Until then the client
 * that decided has no answer, but never longer than a moment; hooks of older versions say nothing, which is not known.
 */
import type { PendingRequest } from "./pending_requests.ts";

/** How long a hook may take to pass a decision on, ms: it runs already, and has one line to print. */
const ACKNOWLEDGED_MS = 1500;

/** @returns undefined where this requester acknowledges nothing */
export async function isDelivered(
  { requester, acknowledged }: Pick<PendingRequest, "requester" | "acknowledged">,
  after: (ms: number, action: () => void) => () => void,
): Promise<boolean | undefined> {
  if (requester.acknowledges !== true) return undefined;
  const ended = Promise.withResolvers<false>();
  const onEnd = () => ended.resolve(false);
  const callOff = after(ACKNOWLEDGED_MS, onEnd);
  requester.hungUp.addEventListener("abort", onEnd, { once: true });
  if (requester.hungUp.aborted) onEnd();
  try {
    return await Promise.race([acknowledged.promise, ended.promise]);
  } finally {
    callOff();
    requester.hungUp.removeEventListener("abort", onEnd);
  }
}
