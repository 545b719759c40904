/** The daemon's notes about itself in the journal: one that cannot be written keeps nothing from going on. */
import type { Store } from "../core/store.ts";
import type { NewEvent } from "../domain/event.ts";
import type { Log } from "../platform/system.ts";
import { DAEMON } from "../protocol/actor.ts";

/** @returns what commits an event, and never throws */
export function recorder(store: Pick<Store, "commit">, log: Pick<Log, "error">): (event: NewEvent) => void {
  return (event) => {
    try {
      store.commit(event, DAEMON);
    } catch (error) {
      log.error("an event was not written", { type: event.type, error: String(error) });
    }
  };
}
