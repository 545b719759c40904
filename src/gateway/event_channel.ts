/**
 * A client that only listens: `/events`, a stream of server-sent events. It never says a word of its own, so its hello and
 * its subscription are said here, and what comes is written as events: id, type, data.
 */
import { ByteBuffer } from "../lib/byte_buffer.ts";
import type { Id } from "../protocol/envelope.ts";
import { fromWire } from "../protocol/errors.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import { PROTOCOL } from "../protocol/version.ts";
import { EncodedResult } from "../rpc/encoded_result.ts";
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
    this.#say(HELLO, "hello", { protocol: PROTOCOL, client: "events", kind: "events" });
  }

  override resume(): void {}
  override setLimit(): void {}

  /** Not at once: whoever has the other end is still being made. */
  #say(id: number, method: string, params: object): void {
    queueMicrotask(() => {
      if (!this.isStopped) this.events?.onMessage(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    });
  }

  /** Snapshot and answer to hello. The snapshot as it was encoded: it may be megabytes, and all sessions are in it. */
  sendResult(id: Id, result: unknown): void {
    if (id === HELLO) return this.#subscribe();
    const { seq, resync } = (result instanceof EncodedResult ? result.value : result) as ResultOf<"subscribe">;
    if (this.#since !== undefined && !resync) return;
    const json = result instanceof EncodedResult ? result.json : [encoder.encode(JSON.stringify(result))];
    for (const bytes of sse("snapshot", json, seq)) this.push(bytes);
  }

  /** An event, or an error, behind which nothing comes: the client may come again. */
  #encode(message: string): Uint8Array | undefined {
    const { id, params, error } = JSON.parse(message);
    if (error === undefined) {
      const { subscription: _, ...event } = params;
      return joined(sse(event.type, [encoder.encode(JSON.stringify(event))], event.seq));
    }
    const isUnknown = fromWire(error).kind === "invalid_params" && this.#since !== undefined;
    if (id === SUBSCRIBE && isUnknown) {
      this.#since = undefined; // of another journal, which was longer
      this.#subscribe();
      return undefined;
    }
    queueMicrotask(() => this.end());
    return joined(sse("error", [encoder.encode(JSON.stringify(error))]));
  }

  #subscribe(): void {
    this.#say(SUBSCRIBE, "subscribe", this.#since === undefined ? {} : { since: this.#since });
  }
}

/** @param json pieces of one JSON value: it has no line break, so that one line of data holds it */
function sse(event: string, json: readonly Uint8Array[], id?: number): readonly Uint8Array[] {
  const head = `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: `;
  return [encoder.encode(head), ...json, encoder.encode("\n\n")];
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const { bytes } = pieces.reduce((all, piece) => (all.push(piece), all), new ByteBuffer());
  return bytes;
}
