/**
 * Whether a decision has reached its agent: the hook that got it says when it has passed it on, and of several that
 * brought the same question one is enough. Until then the client that decided has no answer, but never longer than a
 * moment; hooks of older versions say nothing, which is not known.
 */
import { type PendingRequest, type Requester, requestersOf } from "./pending_requests.ts";

/** How long a hook may take to pass a decision on, ms: it runs already, and has one line to print. */
const ACKNOWLEDGED_MS = 1500;

type Delivery = Pick<PendingRequest, "requester" | "joined" | "acknowledged" | "unwritten">;

/** `requester` has passed the decision on, or (`written` is false) could not. */
export function acknowledged(delivery: Delivery, requester: Requester, written: boolean): void {
  if (written) return delivery.acknowledged.resolve(true);
  delivery.unwritten.add(requester);
  if (isLost(delivery)) delivery.acknowledged.resolve(false);
}

/** No hook that would say so can pass it on any more. */
function isLost(delivery: Delivery): boolean {
  return acknowledging(delivery).every((one) => one.hungUp.aborted || delivery.unwritten.has(one));
}

function acknowledging(delivery: Delivery): readonly Requester[] {
  return requestersOf(delivery).filter(({ acknowledges }) => acknowledges === true);
}

/**
 * @param stopping fires when the daemon stops: it reads no acknowledgement any more
 * @returns undefined where it is not known: a requester that got it acknowledges nothing, or the daemon stops
 */
export async function isDelivered(
  delivery: Delivery,
  after: (ms: number, action: () => void) => () => void,
  stopping: AbortSignal,
): Promise<boolean | undefined> {
  const hooks = acknowledging(delivery);
  if (hooks.length === 0 || stopping.aborted) return undefined;
  const isSilent = requestersOf(delivery).some((one) => !hooks.includes(one) && !one.hungUp.aborted);
  const ended = Promise.withResolvers<false | undefined>();
  const onEnd = () => ended.resolve(false);
  const onHangUp = () => isLost(delivery) && onEnd();
  const onStop = () => ended.resolve(undefined);
  const callOff = after(ACKNOWLEDGED_MS, onEnd);
  for (const { hungUp } of hooks) hungUp.addEventListener("abort", onHangUp, { once: true });
  stopping.addEventListener("abort", onStop, { once: true });
  onHangUp();
  try {
    const written = await Promise.race([delivery.acknowledged.promise, ended.promise]);
    return written === false && isSilent ? undefined : written;
  } finally {
    callOff();
    for (const { hungUp } of hooks) hungUp.removeEventListener("abort", onHangUp);
    stopping.removeEventListener("abort", onStop);
  }
}
