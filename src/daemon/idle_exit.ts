/** Stops the daemon when no client needs it: an ephemeral one with its last client, any other after its idle time. */
import type { Service } from "../core/service.ts";
import { setTimer } from "../platform/clock.ts";

export interface IdleExitOptions {
  readonly ephemeral: boolean;
  /** 0 = never. */
  readonly idleMins: () => number;
  readonly steady: () => number;
  /** Whether there is work that needs no client. */
  readonly isPending: () => boolean;
  readonly leave: (reason: string) => void;
}

/** An ephemeral daemon waits so long for its first client, and so long after its last one, ms. */
const FIRST_CLIENT_MS = 10_000;
const LAST_CLIENT_MS = 2000;
const MINUTE_MS = 60_000;

export class IdleExit implements Service {
  readonly name = "idle exit";
  #options: IdleExitOptions;
  #clients = 0;
  #everHadClients = false;
  #activeAt: number;
  #graceOver: () => void = () => {};

  constructor(options: IdleExitOptions) {
    this.#options = options;
    this.#activeAt = options.steady();
  }

  start(): void {
    this.changed(0);
  }

  reload(): void {
    this.changed(this.#clients);
  }

  status(): { readonly idleInSecs?: number } {
    const idleInSecs = this.#idleInSecs();
    return idleInSecs === undefined ? {} : { idleInSecs };
  }

  /** Looks whether the idle time is over. */
  tick(): void {
    if (this.#clients === 0 && this.#idleInSecs() === 0 && !this.#options.isPending()) this.#options.leave("idle");
  }

  /** A greeted client came or went. */
  changed(clients: number): void {
    this.#clients = clients;
    this.#activeAt = this.#options.steady();
    if (clients > 0) this.#everHadClients = true;
    if (!this.#options.ephemeral) return;
    this.#graceOver();
    if (clients > 0) return;
    this.#leaveAfter(this.#everHadClients ? LAST_CLIENT_MS : FIRST_CLIENT_MS);
  }

  /** Later where something is pending then: nobody tells of its end. */
  #leaveAfter(ms: number): void {
    this.#graceOver = setTimer(ms, () => {
      if (this.#options.isPending()) this.#leaveAfter(FIRST_CLIENT_MS);
      else this.#options.leave("its last client has left");
    });
  }

  /** Seconds until the idle stop if no client connects; undefined where there is none. */
  #idleInSecs(): number | undefined {
    const mins = this.#options.idleMins();
    if (mins === 0) return undefined;
    const idleMs = this.#clients > 0 ? 0 : this.#options.steady() - this.#activeAt;
    return Math.max(0, Math.round((mins * MINUTE_MS - idleMs) / 1000));
  }
}
