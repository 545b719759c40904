/** Forgets old closed sessions, so that a year of short ones does not fill the memory; the journal keeps their records. */
import type { Feature, FeatureContext } from "../core/service.ts";
import { decideDelete, isRefusal } from "../domain/decide.ts";
import { OldestClosed } from "../domain/query.ts";
import { Slices } from "../lib/slices.ts";
import { slicedTurns } from "../platform/clock.ts";
import { DAEMON } from "../protocol/actor.ts";

/** Closed sessions that are kept, and the most that are forgotten in one look. */
const CLOSED_KEPT = 1000;
const FORGET_AT_ONCE = 200;

export const retention: Feature = {
  name: "retention",
  create: (context) => {
    const stopping = new AbortController();
    return { service: { tick: () => forget(context, stopping.signal), stop: () => stopping.abort() } };
  },
};

/** In slices, and until the daemon stops: from then on nothing is committed. */
async function forget({ store, isReadOnly }: FeatureContext, signal: AbortSignal): Promise<void> {
  if (store.size <= CLOSED_KEPT || isReadOnly()) return;
  const slices = new Slices(slicedTurns);
  const oldest = new OldestClosed(FORGET_AT_ONCE);
  for (const session of store.sessions()) {
    oldest.add(session);
    if (slices.isOver) await slices.next();
  }
  for (const { id } of oldest.beyond(CLOSED_KEPT)) {
    if (slices.isOver) await slices.next();
    if (signal.aborted || isReadOnly()) return;
    const session = store.get(id);
    if (session?.status !== "closed") continue; // it went on meanwhile
    const change = decideDelete(session, id);
    if (!isRefusal(change)) store.commit(change, DAEMON);
  }
}
