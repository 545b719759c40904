/** Accepts clients on the unix socket: refuses the one too many, survives a lack of descriptors. */
import { errorLine } from "../protocol/envelope.ts";
import type { ConsoleError } from "../protocol/errors.ts";
import type { Listener, Socket } from "../platform/sockets.ts";
import { daemonTimers } from "../platform/clock.ts";
import { daemonFairTurns } from "../rpc/fair_turns.ts";
import { LineChannel } from "../rpc/line_channel.ts";
import type { Log } from "../platform/system.ts";
import type { Limits } from "../protocol/limits.ts";
import type { Clients } from "./clients.ts";
import type { Placed, Places } from "./places.ts";

export interface UnixServerOptions {
  readonly listener: Listener;
  readonly clients: Pick<Clients, "accept">;
  readonly places: Pick<Places<Placed>, "waitMs">;
  readonly limits: Pick<Limits, "maxHelloBytes">;
  readonly log: Log;
}

/** First and longest pause of the accept loop when descriptors are short, ms. */
const SCARCE_MS = { first: 20, longest: 1000 };

export class UnixServer {
  #options: UnixServerOptions;
  #closed = new AbortController();
  #serving: Promise<void> = Promise.resolve();

  constructor(options: UnixServerOptions) {
    this.#options = options;
  }

  /** Accepts from now on until {@link close}. */
  serve(): void {
    this.#serving = this.#accept();
  }

  async #accept(): Promise<void> {
    let pause = SCARCE_MS.first;
    while (!this.#closed.signal.aborted) {
      try {
        const socket = await this.#options.listener.accept();
        await this.#roomFor(socket);
        this.#take(socket);
        pause = SCARCE_MS.first;
      } catch (error) {
        if (this.#closed.signal.aborted) return;
        // A peer gave up before we accepted, or descriptors are out and will come back: wait, and longer each time.
        this.#options.log.warn("cannot accept a connection", { error: String(error) });
        await daemonTimers.sleep(pause, this.#closed.signal).catch(() => {});
        pause = Math.min(pause * 2, SCARCE_MS.longest);
      }
    }
  }

  /** Meanwhile the next ones wait in the socket's own line. */
  async #roomFor(socket: Socket): Promise<void> {
    try {
      for (let ms; (ms = this.#options.places.waitMs) > 0;) await daemonTimers.sleep(ms, this.#closed.signal);
    } catch (error) {
      socket.close(); // the daemon stops
      throw error;
    }
  }

  #take(socket: Socket): void {
    const { clients, limits } = this.#options;
    try {
      clients.accept(new LineChannel({ socket, maxBytes: limits.maxHelloBytes, fair: daemonFairTurns }));
    } catch (error) {
      void this.#refuse(socket, error as ConsoleError);
    }
  }

  async #refuse(socket: Socket, error: ConsoleError): Promise<void> {
    try {
      await socket.write(errorLine(null, error));
    } catch {
      // The peer left first.
    }
    socket.close();
  }

  /**
   * Accepts no more connections. With `unlink` the socket file is gone when this resolves: only while it is still ours,
   * and while the instance lock is held. Without it the listener stays open, because closing would unlink the path; one
   * of socket activation leaves it.
   */
  async close(options: { readonly unlink: boolean }): Promise<void> {
    this.#closed.abort(new Error("the listener closed"));
    if (!options.unlink && this.#options.listener.isActivated !== true) return;
    this.#options.listener.close();
    await this.#serving; // the pending accept keeps the socket until it has failed
  }
}
