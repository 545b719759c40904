/** Until when a person muted the channels, made from the journal's events: a restart does not end it. */
import type { Projection } from "../core/projection.ts";
import type { NewEvent } from "../domain/event.ts";

declare module "../domain/event.ts" {
  interface EventData {
    /** `until`: ISO 8601 UTC; null: it was taken back. */
    "channel.muted": { readonly until: string | null };
  }
}

export class Muted implements Projection {
  readonly name = "channel";
  readonly layout = 1;
  #until: string | null = null;

  apply(event: NewEvent): void {
    if (event.type === "channel.muted") this.#until = event.data.until;
  }
  save(): { readonly until: string | null } {
    return { until: this.#until };
  }
  restore(saved: unknown): void {
    this.#until = (saved as ReturnType<Muted["save"]>).until;
  }

  /** @param now ms since the epoch @returns null where it is over, or never was */
  until(now: number): string | null {
    return this.#until !== null && Date.parse(this.#until) > now ? this.#until : null;
  }
}
