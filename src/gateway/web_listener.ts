/** One address at which the gateway listens: taken when it is free, and tried again while it is not. */
import { daemonTimers } from "../platform/clock.ts";
import { SparseLog } from "../core/sparse_log.ts";
import type { Log } from "../platform/system.ts";
import { isAddressInUse, type TcpListener, type TcpSocket } from "../platform/tcp.ts";

export interface WebListenerOptions {
  /** As people read it: `127.0.0.1:18790`. */
  readonly name: string;
  /** @throws what keeps it from listening */
  readonly listen: () => TcpListener;
  /** Ends when there may be a place for one more. Never rejects. */
  readonly room: (signal: AbortSignal) => Promise<void>;
  readonly take: (socket: TcpSocket) => void;
  readonly log: Log;
  /** Milliseconds that never go back. */
  readonly steady: () => number;
}

/** After a failed accept, ms. */
const PAUSE_MS = 200;

export class WebListener {
  #o: WebListenerOptions;
  #listener: TcpListener | undefined;
  #closed = new AbortController();
  #failures: SparseLog;
  problem: string | undefined;

  constructor(options: WebListenerOptions) {
    this.#o = options;
    this.#failures = new SparseLog(options.log, "the gateway cannot accept a connection", options.steady);
  }

  get isListening(): boolean {
    return this.#listener !== undefined;
  }

  /** The daemon lives on where it cannot: a problem is logged once, and stands in `status`. */
  open(): void {
    if (this.#listener !== undefined || this.#closed.signal.aborted) return;
    const { name, listen, log } = this.#o;
    try {
      this.#listener = listen();
      this.problem = undefined;
      log.info("the gateway listens", { at: name });
    } catch (error) {
      const problem = isAddressInUse(error) ? `${name} is taken by another program` : String((error as Error).message);
      if (problem !== this.problem) log.warn("the gateway cannot listen", { at: name, why: problem });
      this.problem = problem;
    }
  }

  /** Accepts from now on what comes, and what has come. */
  serve(): void {
    if (this.#listener !== undefined) void this.#accept(this.#listener);
  }

  /** Writes what is not in the log yet. */
  tell(): void {
    this.#failures.tell();
  }

  close(): void {
    this.#closed.abort(new Error("the listener closed"));
    this.#listener?.close();
  }

  async #accept(listener: TcpListener): Promise<void> {
    const { take, room } = this.#o;
    const { signal } = this.#closed;
    while (!signal.aborted) {
      try {
        const socket = await listener.accept();
        await room(signal);
        if (signal.aborted) return socket.close();
        take(socket);
      } catch (error) {
        if (signal.aborted) return;
        // A peer gave up before we accepted, or descriptors are out and will come back.
        this.#failures.warn("", { error: String(error) });
        await daemonTimers.sleep(PAUSE_MS, signal).catch(() => {});
      }
    }
  }
}
