/** The wire as `nc -U` would speak it: newline-delimited JSON-RPC over a unix socket, without our own client. */
import { within } from "./harness_wait.ts";
import { isGone } from "./raw_socket.ts";

export type Json = Record<string, unknown>;

/** Any message from the daemon: an answer, or a notification. */
export interface Message {
  readonly id?: string | number | null;
  readonly result?: Json;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: Json };
  readonly method?: string;
  readonly params?: Json;
}

/** An event as a subscriber gets it. */
export interface WireEvent {
  readonly subscription: string;
  readonly seq: number;
  readonly ts: string;
  readonly type: string;
  readonly data: Json;
}

export class RpcError extends Error {
  constructor(readonly code: number, message: string, readonly data: Json) {
    super(message);
  }
  /** The name from the closed list of errors. */
  get kind(): unknown {
    return this.data["name"];
  }
}

const encoder = new TextEncoder();

export class RawClient {
  /** The result of `hello`, where one was sent. */
  hello: Json = {};
  readonly #conn: Deno.UnixConn;
  readonly #pending = new Map<string | number, (message: Message | undefined) => void>();
  readonly #inbox: Message[] = [];
  readonly #reading: Promise<void>;
  #wake: (() => void) | undefined;
  #nextId = 1;
  #ended = false;
  #closed = false;
  #writes: Promise<void> = Promise.resolve();
  /** Called for each notification instead of keeping it: for tests with very many. */
  onNotification: ((message: Message) => void) | undefined;

  private constructor(conn: Deno.UnixConn) {
    this.#conn = conn;
    this.#reading = this.#read();
  }

  static async connect(path: string, ms = 5000): Promise<RawClient> {
    return new RawClient(await within(Deno.connect({ transport: "unix", path }), ms, `a connection to ${path}`));
  }

  /** True when the daemon has closed its side. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Sends a request and gives the whole answer, an error too. */
  async call(method: string, params: Json = {}, ms = 10_000): Promise<Message> {
    const id = this.#nextId++;
    return await this.exchange({ jsonrpc: "2.0", id, method, params }, id, ms);
  }

  /** Sends any message and gives the answer with `id`. */
  async exchange(message: unknown, id: string | number, ms = 10_000): Promise<Message> {
    const reply = new Promise<Message | undefined>((resolve) => this.#pending.set(id, resolve));
    if (this.#ended) this.#pending.get(id)?.(undefined);
    else await this.write(JSON.stringify(message) + "\n");
    const got = await within(reply, ms, `the answer to ${JSON.stringify(message).slice(0, 200)}`);
    if (got === undefined) throw new Disconnected(`the connection is closed, its last words: ${this.#lastWords()}`);
    return got;
  }

  /** Sends a request and gives its result. @throws {RpcError} the daemon's refusal */
  async request(method: string, params: Json = {}, ms = 10_000): Promise<Json> {
    const { result, error } = await this.call(method, params, ms);
    if (error !== undefined) throw new RpcError(error.code, error.message, error.data ?? {});
    return result ?? {};
  }

  async notify(method: string, params: Json = {}): Promise<void> {
    await this.write(JSON.stringify({ jsonrpc: "2.0", method, params }) + "\n");
  }

  /** Writes raw bytes in the order of the calls; the daemon being gone is not a failure here. */
  write(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string" ? encoder.encode(data) : data;
    this.#writes = this.#writes.then(() => this.#writeAll(bytes));
    return this.#writes;
  }

  /** The next message that answers no pending request: an event, an answer with id null. */
  async next(ms = 10_000): Promise<Message> {
    const end = performance.now() + ms;
    for (;;) {
      const message = this.#inbox.shift();
      if (message !== undefined) return message;
      if (this.#ended) throw new Disconnected("no further message: the connection is closed");
      const news = new Promise<void>((resolve) => this.#wake = resolve);
      await within(news, Math.max(1, end - performance.now()), "the next message");
    }
  }

  async nextEvent(ms = 10_000): Promise<WireEvent> {
    for (;;) {
      const message = await this.next(ms);
      if (message.method === "event") return message.params as unknown as WireEvent;
    }
  }

  /** Messages that came and were not taken. */
  drain(): Message[] {
    return this.#inbox.splice(0);
  }

  /** Waits until the daemon closes the connection. */
  async end(ms = 10_000): Promise<void> {
    await within(this.#reading, ms, "the daemon to close the connection");
  }

  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#conn.close();
    }
    await this.#reading;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #lastWords(): string {
    return JSON.stringify(this.#inbox.slice(-2));
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    try {
      for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await this.#conn.write(rest));
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(65_536);
    let text = "";
    try {
      for (let n = await this.#conn.read(buffer); n !== null; n = await this.#conn.read(buffer)) {
        text += decoder.decode(buffer.subarray(0, n), { stream: true });
        for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
          const line = text.slice(0, end);
          text = text.slice(end + 1);
          this.#take(JSON.parse(line) as Message);
        }
      }
    } catch (error) {
      if (!isGone(error)) throw error;
    } finally {
      this.#ended = true;
      for (const resolve of this.#pending.values()) resolve(undefined);
      this.#pending.clear();
      this.#wake?.();
    }
  }

  #take(message: Message): void {
    const { id } = message;
    const waiting = id === undefined || id === null ? undefined : this.#pending.get(id);
    if (waiting !== undefined && id !== undefined && id !== null) {
      this.#pending.delete(id);
      waiting(message);
    } else if (message.method !== undefined && this.onNotification !== undefined) {
      this.onNotification(message);
    } else {
      this.#inbox.push(message);
      this.#wake?.();
    }
  }
}

/** The daemon closed the connection while an answer was due. */
export class Disconnected extends Error {}
