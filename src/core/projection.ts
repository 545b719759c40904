/** State that is made from the journal's events. */
import type { NewEvent } from "../domain/event.ts";

/**
 * The store applies every event to every projection, in order, before it is published. At start it restores them from a
 * snapshot and replays the records after it. So a projection depends on events only: not on the clock, not on the
 * configuration.
 */
export interface Projection {
  /** Its member of a snapshot. */
  readonly name: string;
  /** Grows when the shape of what it saves changes: then the journal is replayed instead. */
  readonly layout: number;
  /** @param at the time of its record, ISO 8601 UTC: when the daemon saw it, and the same in each replay */
  apply(event: NewEvent, at: string): void;
  /** Any JSON value, of this instant: no later event may change it, because it is written while events go on. */
  save(): unknown;
  /** Takes what {@link save} gave, in the same layout. */
  restore(saved: unknown): void;
}
