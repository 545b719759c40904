/**
 * One connection of the gateway: request after request, each head read within a deadline, until the other side leaves, a
 * reply ends it, or a channel takes its socket over. The runtime's own server has no deadline for a head, and tells neither
 * HTTP/1.0 nor a missing Host.
 */
import { ByteBuffer } from "../lib/byte_buffer.ts";
import { daemonTurns, setTimer } from "../platform/clock.ts";
import type { TcpSocket } from "../platform/tcp.ts";
import { daemonFairTurns, FairReader } from "../rpc/fair_turns.ts";
import { MAX_HEAD_BYTES, parseWebRequest, type WebRequest } from "./request.ts";
import { type Reply, replyBytes, type ReplyForm } from "./reply.ts";

/** What a channel takes over. */
export interface Wire {
  readonly socket: TcpSocket;
  readonly unread: Uint8Array<ArrayBuffer>;
  /** Fires when the connection is closed. */
  readonly signal: AbortSignal;
  /** For what of the request has not come yet: until `work` has ended, another may have its place. */
  readonly whileOwed: <T>(work: () => Promise<T>) => Promise<T>;
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
  /** No head came in time, or not all of it: it is closed. */
  readonly onLate: () => void;
  readonly onEnd: () => void;
}

const READ_BYTES = 16_384;
/** A peer on this machine takes a reply in a few ms; who is slower keeps its place while nobody needs it. */
const STALLED_MS = 250;
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
  /** A reply is being written since then, ms of the clock that never goes back. */
  #writesSince: number | undefined;
  #answered = 0;
  /** Something of the next head has come. */
  #hasBegun = false;
  #fair = new FairReader(daemonFairTurns);
  #state: "waits" | "answers" | "taken" | "ended" = "waits";

  /** Begins to read. */
  constructor(options: HttpConnectionOptions) {
    this.#o = options;
    void this.#serve();
  }

  /** It has shown no whole request yet, or none since its last reply: another may have its place. */
  get isWaiting(): boolean {
    return this.#state === "waits";
  }

  /** Its peer has not taken a reply for a while: where all places are taken, another may have its own. */
  get isStalled(): boolean {
    return this.#writesSince !== undefined && daemonTurns.steady() - this.#writesSince >= STALLED_MS;
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
    const head = await this.#inTime(() => this.#head(), undefined, () => this.#isOwed && this.#o.onLate());
    if (head === undefined || this.#state !== "waits") return false;
    this.#state = "answers";
    this.#fair.begin();
    const request = head === "too long" ? head : parseWebRequest(head) ?? "malformed";
    const answering = answer(request, {
      socket,
      unread: this.#unread,
      signal: this.#closed.signal,
      whileOwed: (work) => this.#whileOwed(work),
    });
    this.#fair.end(); // it counts as far as it did not wait
    const answered = await answering;
    if ("taken" in answered) {
      this.#state = "taken";
      await answered.taken;
      return false;
    }
    const { reply, last = false } = answered;
    const [method, keeps] = typeof request === "string" ? [] : [request.method, wantsMore(request)];
    const form = { keep: !last && keeps === true, isBare: method === "HEAD" };
    this.#answered++;
    if (!form.keep) return await this.#last(reply, form);
    await this.#inTime(() => this.#write(reply, form));
    // Who sends requests ahead of the replies could go on so without a pause.
    await (this.#unread.length > 0 ? this.#fair.letOthers() : this.#fair.rest());
    return true;
  }

  /** The head less its empty line; undefined at the end of the connection. */
  async #head(): Promise<string | "too long" | undefined> {
    const gathered = new ByteBuffer();
    this.#hasBegun = false;
    for (
      let bytes: Uint8Array<ArrayBuffer> | undefined = this.#unread;
      bytes !== undefined;
      bytes = await this.#read()
    ) {
      const from = Math.max(0, gathered.length - END.length + 1);
      gathered.push(bytes);
      this.#hasBegun = gathered.length > 0;
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

  async #whileOwed<T>(work: () => Promise<T>): Promise<T> {
    this.#state = "waits";
    try {
      return await work();
    } finally {
      if (this.#state === "waits") this.#state = "answers"; // else it was closed
    }
  }

  /** One that was idle since its last reply owes nothing. */
  get #isOwed(): boolean {
    return this.#answered === 0 || this.#hasBegun;
  }

  async #write(reply: Reply, form: ReplyForm): Promise<void> {
    this.#writesSince = daemonTurns.steady();
    await writeAll(this.#o.socket, replyBytes(reply, form));
    this.#writesSince = undefined;
  }

  async #last(reply: Reply, form: ReplyForm): Promise<false> {
    await this.#inTime(async () => {
      await this.#write(reply, form);
      await this.#o.socket.closeWrite();
    });
    this.#state = "waits"; // nothing is owed any more: its place may be another's
    await this.#inTime(async () => {
      while (await this.#read() !== undefined);
    }, LINGER_MS);
    return false;
  }

  /** Closes the connection where `work` takes longer, and says so. */
  async #inTime<T>(work: () => Promise<T>, ms = this.#o.headMs, onLate = () => {}): Promise<T> {
    const callOff = setTimer(ms, () => {
      if (this.#state !== "ended") onLate();
      this.close();
    });
    try {
      return await work();
    } finally {
      callOff();
    }
  }
}

function wantsMore({ headers }: WebRequest): boolean {
  return headers.get("connection")?.toLowerCase() !== "close";
}

async function writeAll(socket: TcpSocket, pieces: readonly Uint8Array[]): Promise<void> {
  for (const bytes of pieces) {
    for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await socket.write(rest));
  }
}

/** Says `reply` to who gets no place, and closes: in a time that is short, and reading what was sent meanwhile. */
export async function turnAway(socket: TcpSocket, reply: Reply): Promise<void> {
  const close = () => {
    try {
      socket.close();
    } catch {
      // Already closed.
    }
  };
  const callOff = setTimer(LINGER_MS, close);
  try {
    await writeAll(socket, replyBytes(reply, { keep: false, isBare: false }));
    await socket.closeWrite();
    for (const buffer = new Uint8Array(1024); await socket.read(buffer) !== null;);
  } catch {
    // It is gone, or took too long.
  }
  callOff();
  close();
}

const latin1 = new TextDecoder("latin1");
const END = new TextEncoder().encode("\r\n\r\n");

function indexOf(bytes: Uint8Array, wanted: Uint8Array, from: number): number | undefined {
  for (let at = from; at + wanted.length <= bytes.length; at++) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return undefined;
}
