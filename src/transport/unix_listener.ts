/** Accepts clients on the unix socket: counts them, refuses the one too many, survives a lack of descriptors. */
import { errorLine } from "../protocol/envelope.ts";
import type { ConsoleError } from "../protocol/errors.ts";
import type { Listener, Socket } from "../platform/sockets.ts";
import { daemonTimers } from "../platform/clock.ts";
import { LineChannel } from "../rpc/line_channel.ts";
import type { Log } from "../platform/system.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import type { Placed, Places } from "./places.ts";

export interface UnixServerOptions extends Omit<ConnectionOptions, "channel" | "admit" | "onGreeted" | "onEnd"> {
  readonly listener: Listener;
  /** Shared with the other listeners of the daemon. */
  readonly places: Places<Placed>;
  readonly log: Log;
  /** Called whenever a greeted client came or went. */
  readonly onClients: () => void;
}

/** First and longest pause of the accept loop when descriptors are short, ms. */
const SCARCE_MS = { first: 20, longest: 1000 };

export class UnixServer {
  #options: UnixServerOptions;
  #places: Places<Placed>;
  #kinds = new Map<string, number>();
  #served = 0;
  #closed = new AbortController();
  #serving: Promise<void> = Promise.resolve();

  constructor(options: UnixServerOptions) {
    this.#options = options;
    this.#places = options.places;
  }

  /** Clients that said hello, by kind. */
  get clients(): { readonly total: number; readonly byKind: Readonly<Record<string, number>> } {
    const byKind = Object.fromEntries([...this.#kinds].sort(([a], [b]) => a < b ? -1 : 1));
    return { total: [...this.#kinds.values()].reduce((a, b) => a + b, 0), byKind };
  }

  /** Connections that have ended, greeted or not. */
  get served(): number {
    return this.#served;
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
      for (let ms; (ms = this.#places.waitMs) > 0;) await daemonTimers.sleep(ms, this.#closed.signal);
    } catch (error) {
      socket.close(); // the daemon stops
      throw error;
    }
  }

  #take(socket: Socket): void {
    try {
      this.#places.makeRoom()?.giveWay(this.#places.busy());
    } catch (error) {
      return void this.#refuse(socket, error as ConsoleError);
    }
    const connection: Connection = new Connection({
      ...this.#options,
      channel: new LineChannel({ socket, maxBytes: this.#options.limits.maxHelloBytes }),
      admit: (scope) => this.#places.greet(connection, scope),
      onGreeted: (kind) => this.#count(kind, 1),
      onEnd: (kind) => {
        this.#places.leave(connection);
        this.#served++;
        if (kind !== undefined) this.#count(kind, -1);
      },
    });
    this.#places.enter(connection);
  }

  async #refuse(socket: Socket, error: ConsoleError): Promise<void> {
    try {
      await socket.write(errorLine(null, error));
    } catch {
      // The peer left first.
    }
    socket.close();
  }

  #count(kind: string, change: 1 | -1): void {
    const count = (this.#kinds.get(kind) ?? 0) + change;
    if (count === 0) this.#kinds.delete(kind);
    else this.#kinds.set(kind, count);
    this.#options.onClients();
  }

  /** Lets every connection, also of the other listeners, finish its requests in flight; past `signal` they are cut off. */
  async drain(signal: AbortSignal): Promise<void> {
    const cut = () => {
      for (const connection of this.#places.connections) connection.close();
    };
    signal.addEventListener("abort", cut, { once: true });
    if (signal.aborted) cut();
    await Promise.all(this.#places.connections.map((connection) => connection.drain()));
    signal.removeEventListener("abort", cut);
  }

  /**
   * Accepts no more connections. With `unlink` the socket file is gone when this resolves: only while it is still ours,
   * and while the instance lock is held. Without it the listener stays open, because closing would unlink the path.
   */
  async close(options: { readonly unlink: boolean }): Promise<void> {
    this.#closed.abort(new Error("the listener closed"));
    if (!options.unlink) return;
    this.#options.listener.close();
    await this.#serving; // the pending accept keeps the socket until it has failed
  }
}
