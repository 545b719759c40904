/** Forgets old closed sessions, so that a year of short ones does not fill the memory; the journal keeps their records. */
import type { Feature, FeatureContext } from "../core/service.ts";
import { decideDelete, isRefusal } from "../domain/decide.ts";
import { forgettable } from "../domain/query.ts";
import { DAEMON } from "../protocol/actor.ts";

/** Closed sessions that are kept, and the most that are forgotten in one look. */
const CLOSED_KEPT = 1000;
const FORGET_AT_ONCE = 200;

export const retention: Feature = {
  name: "retention",
  create: (context) => ({ service: { tick: () => forget(context) } }),
};

function forget({ store, isReadOnly }: FeatureContext): void {
  if (store.size <= CLOSED_KEPT || isReadOnly()) return;
  for (const { id } of forgettable(store.sessions(), CLOSED_KEPT, FORGET_AT_ONCE)) {
    const change = decideDelete(store.get(id), id);
    if (!isRefusal(change)) store.commit(change, DAEMON);
  }
}
