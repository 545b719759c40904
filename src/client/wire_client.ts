/** One greeted connection: calls with deadlines, and the events that come in between. */
import { encodeLine } from "../protocol/envelope.ts";
import { ConsoleError, fromWire } from "../protocol/errors.ts";
import { PROTOCOL } from "../protocol/version.ts";
import { LineParser } from "../protocol/framing.ts";
import type { MethodName, ParamsOf, ResultOf } from "../protocol/methods.ts";
import type { Socket } from "../platform/sockets.ts";
import { helloLine, writeAll } from "./dial.ts";

/** An event as it came over the wire. `subscription` and `seq` are absent in `daemon.lagged`. */
export interface WireEvent {
  readonly subscription?: string;
  readonly seq?: number;
  readonly ts?: string;
  readonly type: string;
  readonly data: Record<string, unknown>;
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Answers may hold many sessions; a daemon of ours stays far below. */
const MAX_ANSWER_BYTES = 256 * 1_048_576;
const READ_BYTES = 65_536;

export class WireClient {
  #socket: Socket;
  #pending = new Map<number, Pending>();
  #nextId = 1;
  #onEvent: (event: WireEvent) => void = () => {};
  #closed = Promise.withResolvers<void>();
  #hello: ResultOf<"hello"> | undefined;
  /** Set when the connection has ended. */
  #gone: ConsoleError | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#read();
  }

  /**
   * Greets the daemon.
   *
   * @throws {ConsoleError} what the daemon answered, or `disconnected`
   */
  static async greet(
    socket: Socket,
    options: { readonly kind: string; readonly token?: string | undefined; readonly signal: AbortSignal },
  ): Promise<WireClient> {
    const client = new WireClient(socket);
    try {
      const hello = await client.#ask(
        (id) => helloLine(id, options.kind, options.token),
        options.signal,
      ) as ResultOf<"hello">;
      if (hello.protocol !== PROTOCOL) {
        throw new ConsoleError(
          "version_mismatch",
          `Cannot talk to the daemon: its protocol is ${hello.protocol}, must be ${PROTOCOL} (restart it)`,
        );
      }
      client.#hello = hello;
      return client;
    } catch (error) {
      client.close();
      throw error;
    }
  }

  get hello(): ResultOf<"hello"> {
    if (this.#hello === undefined) throw new Error("the connection is not greeted yet");
    return this.#hello;
  }

  /** Resolves when the connection is gone, whoever ended it. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  set onEvent(listener: (event: WireEvent) => void) {
    this.#onEvent = listener;
  }

  /** @throws {ConsoleError} what the daemon answered, `disconnected` or `timeout`; the signal's reason */
  async call<M extends MethodName>(method: M, params: ParamsOf<M>, signal: AbortSignal): Promise<ResultOf<M>> {
    try {
      return await this.#ask((id) => encodeLine({ jsonrpc: "2.0", id, method, params }), signal) as ResultOf<M>;
    } catch (error) {
      if (error !== signal.reason || (error as Error).name !== "TimeoutError") throw error;
      throw new ConsoleError("timeout", `Cannot finish ${method}: the daemon has not answered, must in time`);
    }
  }

  close(): void {
    try {
      this.#socket.close();
    } catch {
      // Closed already.
    }
    this.#end();
  }

  /**
   * A write that fails ends nothing: what the daemon said before it closed (busy, stopping) is still to be read, and
   * after it comes the end of the stream, which is `disconnected`.
   */
  #ask(line: (id: number) => Uint8Array, signal: AbortSignal): Promise<unknown> {
    const id = this.#nextId++;
    const bytes = line(id);
    const answer = this.#expect(id, signal);
    writeAll(this.#socket, bytes).catch(() => {});
    return answer;
  }

  #expect(id: number, signal: AbortSignal): Promise<unknown> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    return new Promise((resolve, reject) => {
      const forget = () => {
        this.#pending.delete(id);
        signal.removeEventListener("abort", onAbort);
      };
      const onAbort = () => {
        forget();
        reject(signal.reason);
      };
      if (signal.aborted) return onAbort();
      signal.addEventListener("abort", onAbort, { once: true });
      this.#pending.set(id, {
        resolve: (value) => (forget(), resolve(value)),
        reject: (error) => (forget(), reject(error)),
      });
    });
  }

  async #read(): Promise<void> {
    const parser = new LineParser(MAX_ANSWER_BYTES);
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(READ_BYTES);
    try {
      for (let count = await this.#socket.read(buffer); count !== null; count = await this.#socket.read(buffer)) {
        parser.push(buffer.subarray(0, count), (line) => {
          this.#message(JSON.parse(decoder.decode(line)));
          return true;
        });
      }
    } catch {
      // The daemon is gone, or what it sent is no JSON: either way this connection is over.
    }
    this.close();
  }

  #message(message: {
    id?: number | null;
    result?: unknown;
    error?: { code: number; message: string; data?: unknown };
    params?: WireEvent;
  }): void {
    if (message.error !== undefined) {
      const error = fromWire(message.error);
      // Without an id it is about the connection as a whole (busy, too_large): everybody who waits hears it.
      if (message.id == null) { for (const pending of [...this.#pending.values()]) pending.reject(error); }
      else this.#pending.get(message.id)?.reject(error);
    } else if (message.id != null) this.#pending.get(message.id)?.resolve(message.result);
    else if (message.params !== undefined) this.#onEvent(message.params);
  }

  #end(): void {
    const gone = this.#gone ??= new ConsoleError(
      "disconnected",
      "Cannot go on: the daemon closed the connection, must be running",
    );
    for (const pending of [...this.#pending.values()]) pending.reject(gone);
    this.#closed.resolve();
  }
}
