/** Which capsules are granted, made from the journal's events. */
import type { Projection } from "../core/projection.ts";
import type { NewEvent } from "../domain/event.ts";
import type { Granted } from "./grant.ts";

/** Replaced by each event, never changed: a snapshot holds it while events go on. */
interface GrantState {
  readonly granted: Granted;
  /**
   * The last digest that was told as changed; a change is told once. Absent where none was told since the grant; the
   * granted digest where the folder is as granted again; null where it could not be read.
   */
  readonly told?: string | null;
}

export class Grants implements Projection {
  readonly name = "capsule";
  readonly layout = 1;
  #states = new Map<string, GrantState>();
  #onChange = () => {};

  /**
   * Calls `listener` at each grant and revoke, within the commit of its event: before anybody is told of it, and before any
   * other work. It must not throw or wait. There is one listener; none hears of a replay, which comes before.
   */
  onChange(listener: () => void): void {
    this.#onChange = listener;
  }

  apply(event: NewEvent, at: string): void {
    if (event.type === "capsule.granted") {
      const { grant } = event.data;
      this.#states.set(grant.name, { granted: { ...grant, at } });
      this.#onChange();
    } else if (event.type === "capsule.revoked") {
      this.#states.delete(event.data.name);
      this.#onChange();
    } else if (event.type === "capsule.changed") {
      const state = this.#states.get(event.data.name);
      if (state !== undefined) this.#states.set(event.data.name, { ...state, told: event.data.digest });
    }
  }

  save(): readonly GrantState[] {
    return [...this.#states.values()];
  }

  restore(saved: unknown): void {
    this.#states = new Map((saved as ReturnType<Grants["save"]>).map((state) => [state.granted.name, state]));
  }

  get size(): number {
    return this.#states.size;
  }

  all(): readonly Granted[] {
    return Array.from(this.#states.values(), ({ granted }) => granted);
  }

  get(name: string): Granted | undefined {
    return this.#states.get(name)?.granted;
  }

  /** The digest that was last told as changed; undefined where none was. */
  told(name: string): string | null | undefined {
    return this.#states.get(name)?.told;
  }
}
