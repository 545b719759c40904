/** The clients of the daemon, whichever listener they came by: each has a place, is counted, and is drained at the stop. */
import type { ClientsDoor, Credential } from "../core/clients_door.ts";
import type { MessageChannel } from "../rpc/message_channel.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import type { Placed, Places } from "./places.ts";

export interface ClientsOptions extends Omit<ConnectionOptions, "channel" | "admit" | "onGreeted" | "onEnd"> {
  /** Shared with what has a place and is no client of ours: hooks by HTTP. */
  readonly places: Places<Placed>;
  /** Called whenever a greeted client came or went. */
  readonly onClients: () => void;
}

export class Clients implements ClientsDoor {
  #options: ClientsOptions;
  #kinds = new Map<string, number>();
  #served = 0;

  constructor(options: ClientsOptions) {
    this.#options = options;
  }

  /** Clients that said hello. */
  get total(): number {
    return [...this.#kinds.values()].reduce((a, b) => a + b, 0);
  }

  get byKind(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#kinds].sort(([a], [b]) => a < b ? -1 : 1));
  }

  /** Connections that have ended, greeted or not. */
  get served(): number {
    return this.#served;
  }

  accept(channel: MessageChannel, credential?: Credential): void {
    const { places, limits, handshake } = this.#options;
    places.makeRoom()?.giveWay(places.busy());
    channel.setLimit(limits.maxHelloBytes);
    const connection: Connection = new Connection({
      ...this.#options,
      handshake: credential === undefined ? handshake : { ...handshake, credential },
      channel,
      admit: (scope) => places.greet(connection, scope),
      onGreeted: (kind) => this.#count(kind, 1),
      onEnd: (kind) => {
        places.leave(connection);
        this.#served++;
        if (kind !== undefined) this.#count(kind, -1);
      },
    });
    places.enter(connection);
  }

  #count(kind: string, change: 1 | -1): void {
    const count = (this.#kinds.get(kind) ?? 0) + change;
    if (count === 0) this.#kinds.delete(kind);
    else this.#kinds.set(kind, count);
    this.#options.onClients();
  }

  /** Lets every connection, also of the other listeners, finish its requests in flight; past `signal` they are cut off. */
  async drain(signal: AbortSignal): Promise<void> {
    const { places } = this.#options;
    const cut = () => {
      for (const connection of places.connections) connection.close();
    };
    signal.addEventListener("abort", cut, { once: true });
    if (signal.aborted) cut();
    await Promise.all(places.connections.map((connection) => connection.drain()));
    signal.removeEventListener("abort", cut);
  }
}
