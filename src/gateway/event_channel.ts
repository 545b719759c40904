/**
 * A client that only listens: `/events`, a stream of server-sent events. It never says a word of its own, so its hello and
 * its subscription are said here, and what comes is written as events: id, type, data.
 */
import { WebChannel, type WebChannelOptions, type WebWire } from "./web_channel.ts";

export interface EventChannelOptions extends WebChannelOptions {
  /** The number of the last event that the client knows. */
  readonly since: number | undefined;
}

const HELLO = 1;
const SUBSCRIBE = 2;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class EventChannel extends WebChannel {
  #since: number | undefined;
  protected override readonly replies = false;
  protected override readonly wire: WebWire = {
    take: () => {}, // a client of HTTP says nothing behind its request
    encode: (message) => this.#encode(decoder.decode(message).trimEnd()),
    beat: () => encoder.encode(":\n\n"),
    farewell: () => undefined,
  };

  constructor(options: EventChannelOptions) {
    super(options);
    this.#since = options.since;
  }

  override open(...args: Parameters<WebChannel["open"]>): void {
    super.open(...args);
    this.#say(HELLO, "hello", { protocol: 1, client: "events", kind: "events" });
  }

  override resume(): void {}
  override setLimit(): void {}

  /** Not at once: whoever has the other end is still being made. */
  #say(id: number, method: string, params: object): void {
    queueMicrotask(() => {
      if (!this.isStopped) this.events?.onMessage(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    });
  }

  #encode(message: string): Uint8Array | undefined {
    const snapshot = message.startsWith(ANSWER) ? message.slice(ANSWER.length, -1) : undefined;
    if (snapshot !== undefined) return this.#snapshot(snapshot);
    const { id, method, params, error } = JSON.parse(message);
    if (method === "event") {
      const { subscription: _, ...event } = params;
      return sse(event.type, JSON.stringify(event), event.seq);
    }
    if (error !== undefined) return sse("error", JSON.stringify(error));
    if (id !== HELLO) return undefined;
    this.#say(SUBSCRIBE, "subscribe", this.#since === undefined ? {} : { since: this.#since });
    return undefined;
  }

  /** The text as it is: it may be megabytes, and all sessions are in it. */
  #snapshot(json: string): Uint8Array | undefined {
    const [, seq, resync] = /^\{"subscription":"\w+","seq":(\d+),"resync":(true|false)/.exec(json) ?? [];
    if (seq === undefined) throw new Error("the answer to subscribe has another shape than that of its encoder");
    return this.#since !== undefined && resync === "false" ? undefined : sse("snapshot", json, Number(seq));
  }
}

const ANSWER = `{"jsonrpc":"2.0","id":${SUBSCRIBE},"result":`;

/** JSON has no line break, so that one line of data holds it. */
function sse(event: string, data: string, id?: number): Uint8Array {
  return encoder.encode(`${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`);
}
