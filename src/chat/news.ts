/** What happens meanwhile: who waits, told once each, and whether the daemon is there. */
import type { ClientContext } from "../client/endpoint.ts";
import { follow } from "../client/follow.ts";
import type { WireEvent } from "../client/wire_client.ts";
import { sleep } from "../platform/delay.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { LiveState, type StateSnapshot } from "../view/live_state.ts";
import type { Need } from "../view/need_words.ts";
import { type HeardNeed, Needs } from "../view/needs.ts";
import { sessionCounts, type StateCount } from "../view/state_counts.ts";

export interface NewsListener {
  /** So many wait already. Once. */
  begun(waiting: StateCount): void;
  /** Somebody needs a person. */
  needed(need: Need): void;
  /** The daemon is gone, or cannot be reached: why. Once for each outage. */
  lost(reason: string): void;
  found(): void;
  /** {@link News.waiting} or {@link News.isLost} may say something else. */
  changed(): void;
}

/** After an error that no reconnect cures, ms: a person may cure it meanwhile. */
const PAUSE_MS = 3000;

export class News {
  readonly #listener: NewsListener;
  readonly #live = new LiveState();
  readonly #needs = new Needs();
  #isLost = false;
  #isBegun = false;

  constructor(listener: NewsListener) {
    this.#listener = listener;
  }

  /** How many sessions wait for a person; undefined where none does. */
  get waiting(): StateCount | undefined {
    return sessionCounts(this.#live.openSessions).find(({ state }) => state === "waiting");
  }
  get isLost(): boolean {
    return this.#isLost;
  }

  /** The ids of the requests that are open; undefined while that is not known. */
  get open(): readonly string[] | undefined {
    return this.#isLost || !this.#isBegun ? undefined : this.#live.approvals.map(({ id }) => id);
  }

  /** The need as it is by now; undefined where it is over. */
  stillOpen(need: HeardNeed): Need | undefined {
    return this.#needs.open([need], this.#live.sessions)[0];
  }

  /** Until the signal. Never throws. */
  async follow(context: ClientContext, signal: AbortSignal): Promise<void> {
    let { mayStart } = context;
    while (!signal.aborted) {
      try {
        for await (const one of follow({ context: { ...context, mayStart }, signal, answers: true })) {
          mayStart = false;
          if (one.kind === "disconnected") this.#lose(one.reason);
          else this.#find();
          if (one.kind === "snapshot") this.#begin(one);
          if (one.kind === "event") this.#hear(one.event);
          this.#listener.changed();
        }
      } catch (error) {
        mayStart = false;
        this.#lose(error instanceof ConsoleError ? error.message : `this is a bug: ${error}`);
        this.#listener.changed();
        await sleep(PAUSE_MS, signal).catch(() => {});
      }
    }
  }

  #begin(snapshot: StateSnapshot): void {
    this.#live.snapshot(snapshot);
    this.#needs.seed(snapshot.sessions, snapshot.approvals);
    const { waiting } = this;
    const isFirst = !this.#isBegun;
    this.#isBegun = true;
    if (isFirst && waiting !== undefined) this.#listener.begun(waiting);
  }

  #hear(event: WireEvent): void {
    this.#live.event(event);
    const heard = this.#needs.hear(event);
    const need = heard === undefined ? undefined : this.stillOpen(heard);
    if (need !== undefined) this.#listener.needed(need);
  }

  #lose(reason: string): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#listener.lost(reason);
  }

  #find(): void {
    if (!this.#isLost) return;
    this.#isLost = false;
    this.#listener.found();
  }
}
