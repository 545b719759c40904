/**
 * The places of all connections. Some are kept for clients with the token: whatever runs as the user can connect, and a
 * human must still get in. Those clients fill the kept places first, so that the others have all the rest. Whether a connection has the token is known with its hello, so every one is taken while not
 * all places belong to greeted ones, and the oldest that has not said hello gives way. It had a moment for its hello: where
 * others connect so fast that it had not, they wait, in the order in which they came.
 */
import { ConsoleError } from "../protocol/errors.ts";
import type { Limits } from "../protocol/limits.ts";
import type { Scope } from "../protocol/methods.ts";

/** Time for hello that every connection has, ms: a client says it at once, but the machine may have more to do. */
const MOMENT_MS = 200;

/** What has a place. */
export interface Placed {
  /** Its place is another's. */
  giveWay(why: ConsoleError): void;
  /** Finishes its requests in flight, and ends. */
  drain(): Promise<void>;
  close(): void;
}

export class Places<C> {
  #limits: Pick<Limits, "maxConnections" | "tokenConnections">;
  #all = new Set<C>();
  /** Those of them without a hello, the oldest first, and when they came. */
  #silent = new Map<C, number>();
  /** Those that said hello with the token. */
  #withToken = new Set<C>();
  #steady: () => number;

  /** @param steady milliseconds that never go back */
  constructor(limits: Pick<Limits, "maxConnections" | "tokenConnections">, steady: () => number) {
    this.#limits = limits;
    this.#steady = steady;
  }

  /** How long a new connection has to wait before {@link makeRoom}, ms. */
  get waitMs(): number {
    const [oldest] = this.#silent.values();
    if (oldest === undefined || this.#all.size < this.#limits.maxConnections) return 0;
    return Math.max(0, oldest + MOMENT_MS - this.#steady());
  }

  /**
   * Before a connection is taken.
   *
   * @returns the one that lost its place to it, if there is one
   * @throws {ConsoleError} `busy`: all places belong to greeted connections
   */
  makeRoom(): C | undefined {
    if (this.#all.size < this.#limits.maxConnections) return undefined;
    const [oldest] = this.#silent.keys();
    if (oldest === undefined) throw this.busy();
    this.leave(oldest);
    return oldest;
  }

  enter(connection: C): void {
    this.#all.add(connection);
    this.#silent.set(connection, this.#steady());
  }

  /** A hello has come. @returns why the connection is not taken; it keeps its place until it leaves */
  greet(connection: C, scope: Scope): ConsoleError | undefined {
    const { maxConnections, tokenConnections } = this.#limits;
    const others = this.#all.size - this.#silent.size - this.#withToken.size;
    const kept = Math.max(tokenConnections, this.#withToken.size);
    if (scope === "report" && others >= maxConnections - kept) {
      const open = this.#withToken.size + others;
      return busy(`${open} are open, and ${tokenConnections} places are kept for clients with the token`);
    }
    this.#silent.delete(connection);
    if (scope !== "report") this.#withToken.add(connection);
    return undefined;
  }

  leave(connection: C): void {
    this.#all.delete(connection);
    this.#silent.delete(connection);
    this.#withToken.delete(connection);
  }

  /** For who finds no place, or loses it. */
  busy(): ConsoleError {
    return busy(`${this.#limits.maxConnections} are open`);
  }

  /** All that have a place. */
  get connections(): readonly C[] {
    return [...this.#all];
  }
}

function busy(why: string): ConsoleError {
  return new ConsoleError("busy", `no connection is free: ${why}`, { retryAfterMs: 1000 });
}
