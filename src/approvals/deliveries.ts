/**
 * Whether a decision has reached its agent: the hook that got it says when it has passed it on. Until then the client
 * that decided has no answer, but never longer than a moment; hooks of older versions say nothing, which is not known.
 */
import type { PendingRequest } from "./pending_requests.ts";

/** How long a hook may take to pass a decision on, ms: it runs already, and has one line to print. */
const ACKNOWLEDGED_MS = 1500;

/**
 * @param stopping fires when the daemon stops: it reads no acknowledgement any more
 * @returns undefined where it is not known: this requester acknowledges nothing, or the daemon stops
 */
export async function isDelivered(
  { requester, acknowledged }: Pick<PendingRequest, "requester" | "acknowledged">,
  after: (ms: number, action: () => void) => () => void,
  stopping: AbortSignal,
): Promise<boolean | undefined> {
  if (requester.acknowledges !== true || stopping.aborted) return undefined;
  const ended = Promise.withResolvers<false | undefined>();
  const onEnd = () => ended.resolve(false);
  const onStop = () => ended.resolve(undefined);
  const callOff = after(ACKNOWLEDGED_MS, onEnd);
  requester.hungUp.addEventListener("abort", onEnd, { once: true });
  stopping.addEventListener("abort", onStop, { once: true });
  if (requester.hungUp.aborted) onEnd();
  try {
    return await Promise.race([acknowledged.promise, ended.promise]);
  } finally {
    callOff();
    requester.hungUp.removeEventListener("abort", onEnd);
    stopping.removeEventListener("abort", onStop);
  }
}
