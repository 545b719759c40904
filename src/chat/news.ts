/** What happens meanwhile: who waits, told once each, and whether the daemon is there. */
import type { ClientContext } from "../client/endpoint.ts";
import { follow } from "../client/follow.ts";
import type { WireEvent } from "../client/wire_client.ts";
import { type Need, Needs } from "../domain/needs.ts";
import type { SessionView } from "../domain/query.ts";
import { sleep } from "../platform/delay.ts";
import { ConsoleError } from "../protocol/errors.ts";
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
  readonly #sessions = new Map<string, SessionView>();
  readonly #needs = new Needs();
  #isLost = false;
  #isBegun = false;

  constructor(listener: NewsListener) {
    this.#listener = listener;
  }

  /** How many sessions wait for a person; undefined where none does. */
  get waiting(): StateCount | undefined {
    return sessionCounts(this.#sessions.values()).find(({ state }) => state === "waiting");
  }
  get isLost(): boolean {
    return this.#isLost;
  }

  /** The need as it is by now; undefined where it is over. */
  open(need: Need): Need | undefined {
    return this.#needs.open(need);
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
          if (one.kind === "snapshot") this.#begin(one.sessions, one.approvals);
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

  #begin(sessions: readonly SessionView[], approvals: Parameters<Needs["seed"]>[1]): void {
    this.#sessions.clear();
    for (const session of sessions) if (session.status !== "closed") this.#sessions.set(session.id, session);
    this.#needs.seed(sessions, approvals);
    const { waiting } = this;
    if (!this.#isBegun && waiting !== undefined) this.#listener.begun(waiting);
    this.#isBegun = true;
  }

  #hear(event: WireEvent): void {
    const { session } = event.data as { readonly session?: SessionView };
    if (session !== undefined && event.type.startsWith("session.")) {
      if (event.type === "session.deleted" || session.status === "closed") this.#sessions.delete(session.id);
      else this.#sessions.set(session.id, session);
    }
    const need = this.#needs.hear(event);
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
