/**
 * The daemon's second socket: hooks that only report speak HTTP to it, by curl, because that process costs a third of one
 * of ours. It shares its places with the first socket. The daemon does without it where it cannot be had: then every
 * hook takes the other way.
 */
import { daemonTimers } from "../platform/clock.ts";
import type { Listener, Socket } from "../platform/sockets.ts";
import type { Log } from "../platform/system.ts";
import type { SharedTurns } from "../rpc/shared_turns.ts";
import { HookConnection, type HookReports } from "./hook_connection.ts";
import type { Placed, Places } from "./places.ts";

export interface HookServerOptions {
  readonly listener: Listener;
  readonly places: Places<Placed>;
  readonly reports: HookReports;
  /** As {@link HookConnection} has them: those of the first socket's clients without a token. */
  readonly strangers: SharedTurns;
  readonly log: Log;
  /** Called whenever a hook whose head was read came or went. */
  readonly onClients: (change: 1 | -1) => void;
}

/** A payload up to this is always taken, bytes; only what is beyond it counts below. */
const SMALL = 65_536;
/** What the payloads of all connections may have beyond that while they come, bytes: one of the longest. */
const LARGE_IN_ALL = 32 * 1_048_576;
/** After a failed accept, ms. */
const PAUSE_MS = 200;

export class HookServer {
  #o: HookServerOptions;
  #closed = new AbortController();
  #serving: Promise<void> = Promise.resolve();
  #large = 0;
  #served = 0;

  constructor(options: HookServerOptions) {
    this.#o = options;
  }

  /** Connections that have ended. */
  get served(): number {
    return this.#served;
  }

  /** Accepts from now on until {@link close}. */
  serve(): void {
    this.#serving = this.#accept();
  }

  /** Ends, and removes the socket file, also where it is another's by now. */
  async close(): Promise<void> {
    this.#closed.abort(new Error("the listener closed"));
    this.#o.listener.close();
    await this.#serving;
  }

  async #accept(): Promise<void> {
    const { listener, places, log } = this.#o;
    const { signal } = this.#closed;
    while (!signal.aborted) {
      try {
        const socket = await listener.accept();
        try {
          for (let ms; (ms = places.waitMs) > 0;) await daemonTimers.sleep(ms, signal);
          places.makeRoom()?.giveWay(places.busy());
          this.#take(socket);
        } catch {
          socket.close(); // no place is free, or the daemon stops: the hook takes the other way
        }
      } catch (error) {
        if (signal.aborted) return;
        log.warn("cannot accept a hook", { error: String(error) });
        await daemonTimers.sleep(PAUSE_MS, signal).catch(() => {});
      }
    }
  }

  #take(socket: Socket): void {
    const { places, reports, strangers, onClients } = this.#o;
    let size = 0;
    let large = 0;
    let isAdmitted = false;
    const connection: HookConnection = new HookConnection({
      socket,
      reports,
      strangers,
      admit: () => {
        const full = places.greet(connection, "report");
        if (full === undefined) {
          isAdmitted = true;
          onClients(1);
        }
        return full;
      },
      reserve: (bytes) => {
        size += bytes;
        const more = Math.max(0, size - SMALL) - large;
        if (this.#large + more > LARGE_IN_ALL) return false;
        large += more;
        this.#large += more;
        return true;
      },
      onEnd: () => {
        this.#large -= large;
        this.#served++;
        places.leave(connection);
        if (isAdmitted) onClients(-1);
      },
    });
    places.enter(connection);
  }
}
