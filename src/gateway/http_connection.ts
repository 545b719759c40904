/**
 * One connection of the gateway: request after request, each head read within a deadline, until the other side leaves, a
 * reply ends it, or a channel takes its socket over. The runtime's own server has no deadline for a head, and tells neither
 * HTTP/1.0 nor a missing Host.
 */
import { ByteBuffer } from "../lib/byte_buffer.ts";
import { setTimer } from "../platform/clock.ts";
import type { TcpSocket } from "../platform/tcp.ts";
import { daemonFairTurns, FairReader } from "../rpc/fair_turns.ts";
import { MAX_HEAD_BYTES, parseWebRequest, type WebRequest } from "./request.ts";
import { type Reply, replyBytes } from "./reply.ts";

/** What a channel takes over. */
export interface Wire {
  readonly socket: TcpSocket;
  readonly unread: Uint8Array<ArrayBuffer>;
  /** Fires when the connection is closed. */
  readonly signal: AbortSignal;
}

/** Why a head is no request. */
export type BadHead = "malformed" | "too long";

/** A reply, or the end of the channel that has taken the socket over. */
export type Answer =
  | { readonly reply: Reply; /** No other request is answered. */ readonly last?: boolean }
  | { readonly taken: Promise<void> };

export interface HttpConnectionOptions {
  readonly socket: TcpSocket;
  readonly answer: (request: WebRequest | BadHead, wire: Wire) => Promise<Answer>;
  /** Time for a head, and for a reply to be taken, ms. */
  readonly headMs: number;
  readonly onEnd: () => void;
}

const READ_BYTES = 16_384;
/**
 * How long the other side may go on sending after the last reply, ms: closing while received bytes are unread makes TCP
 * send RST, and the peer may lose the reply.
 */
const LINGER_MS = 1000;

export class HttpConnection {
  #o: HttpConnectionOptions;
  #buffer = new Uint8Array(READ_BYTES);
  #unread: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #closed = new AbortController();
  #fair = new FairReader(daemonFairTurns);
  #state: "waits" | "answers" | "taken" | "ended" = "waits";

  /** Begins to read. */
  constructor(options: HttpConnectionOptions) {
    this.#o = options;
    void this.#serve();
  }

  /** It has shown no request yet, or none since its last reply: another may have its place. */
  get isWaiting(): boolean {
    return this.#state === "waits";
  }

  /** A channel has its socket: it drains and ends with the other clients of the daemon. */
  get isTaken(): boolean {
    return this.#state === "taken";
  }

  close(): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#closed.abort(new Error("the connection was closed"));
    try {
      this.#o.socket.close();
    } catch {
      // Already closed by its channel.
    }
    this.#o.onEnd();
  }

  async #serve(): Promise<void> {
    try {
      while (await this.#next());
    } catch {
      // The other side is gone, or broke off its TLS handshake.
    }
    this.close();
  }

  /** One request. @returns whether another may follow */
  async #next(): Promise<boolean> {
    const { socket, answer } = this.#o;
    this.#state = "waits";
    const head = await this.#inTime(() => this.#head());
    if (head === undefined || this.#state !== "waits") return false;
    this.#state = "answers";
    this.#fair.begin();
    const request = head === "too long" ? head : parseWebRequest(head) ?? "malformed";
    const answering = answer(request, { socket, unread: this.#unread, signal: this.#closed.signal });
    this.#fair.end(); // it counts as far as it did not wait
    const answered = await answering;
    if ("taken" in answered) {
      this.#state = "taken";
      await answered.taken;
      return false;
    }
    const { reply, last = false } = answered;
    const keep = !last && typeof request !== "string" && request.headers.get("connection")?.toLowerCase() !== "close";
    if (!keep) return await this.#last(reply);
    await this.#inTime(() => this.#write(reply, true));
    // Who sends requests ahead of the replies could go on so without a pause.
    await (this.#unread.length > 0 ? this.#fair.letOthers() : this.#fair.rest());
    return true;
  }

  /** The head less its empty line; undefined at the end of the connection. */
  async #head(): Promise<string | "too long" | undefined> {
    const gathered = new ByteBuffer();
    for (
      let bytes: Uint8Array<ArrayBuffer> | undefined = this.#unread;
      bytes !== undefined;
      bytes = await this.#read()
    ) {
      const from = Math.max(0, gathered.length - END.length + 1);
      gathered.push(bytes);
      const end = indexOf(gathered.bytes, END, from);
      if (end !== undefined && end <= MAX_HEAD_BYTES) {
        this.#unread = gathered.bytes.slice(end + END.length);
        return latin1.decode(gathered.bytes.subarray(0, end));
      }
      if (gathered.length > MAX_HEAD_BYTES) return "too long";
    }
    return undefined;
  }

  async #read(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const count = await this.#o.socket.read(this.#buffer);
    return count === null ? undefined : this.#buffer.subarray(0, count);
  }

  async #write(reply: Reply, keep: boolean): Promise<void> {
    for (const bytes of replyBytes(reply, keep)) {
      for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await this.#o.socket.write(rest));
    }
  }

  async #last(reply: Reply): Promise<false> {
    await this.#inTime(async () => {
      await this.#write(reply, false);
      await this.#o.socket.closeWrite();
    });
    this.#state = "waits"; // nothing is owed any more: its place may be another's
    await this.#inTime(async () => {
      while (await this.#read() !== undefined);
    }, LINGER_MS);
    return false;
  }

  /** Closes the connection where `work` takes longer. */
  async #inTime<T>(work: () => Promise<T>, ms = this.#o.headMs): Promise<T> {
    const callOff = setTimer(ms, () => this.close());
    try {
      return await work();
    } finally {
      callOff();
    }
  }
}

const latin1 = new TextDecoder("latin1");
const END = new TextEncoder().encode("\r\n\r\n");

function indexOf(bytes: Uint8Array, wanted: Uint8Array, from: number): number | undefined {
  for (let at = from; at + wanted.length <= bytes.length; at++) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return undefined;
}
