/**
 * What a WebSocket and a stream of events have in common: messages of a client over one TCP socket, a heartbeat, and an end
 * at which the other side reads the last words although it may still be sending.
 */
import { setTimer } from "../platform/clock.ts";
import type { TcpSocket } from "../platform/tcp.ts";
import type { ChannelEvents, MessageChannel } from "../rpc/message_channel.ts";
import { Outbox } from "../rpc/outbox.ts";

export interface WebChannelOptions {
  readonly socket: TcpSocket;
  /** The head of the reply that makes a channel of the connection. */
  readonly greeting: Uint8Array;
  /** What has come behind the request. */
  readonly unread: Uint8Array<ArrayBuffer>;
  readonly heartbeatMs: number;
}

const READ_BYTES = 16_384;
/** Time for a peer to take the last words, ms; then it is cut off. */
const LAST_WORDS_MS = 15_000;
/** How long a peer may go on sending after our last words, ms: a close with unread bytes would take these back. */
const LINGER_MS = 1000;
/** Heartbeats without a sign of life, after which a peer is gone. */
const MISSED_BEATS = 3;

/** What a kind of channel does with what comes, and how it writes. */
export interface WebWire {
  /** Reads `bytes`; resolves when there is room for more. */
  take(bytes: Uint8Array<ArrayBuffer>): void | Promise<void>;
  /** A message as bytes of the wire; undefined: none of it. */
  encode(message: Uint8Array): Uint8Array | undefined;
  /** Asks the peer for a sign of life. */
  beat(): Uint8Array;
  /** Written at the end, behind all messages. */
  farewell(): Uint8Array | undefined;
}

export abstract class WebChannel implements MessageChannel {
  #o: WebChannelOptions;
  #outbox: Outbox;
  #events: ChannelEvents | undefined;
  #isStopped = false;
  #hasEnded = false;
  #gone = Promise.withResolvers<void>();
  #missed = 0;
  /** Nothing is read until what was read last is dealt with: an answer to a heartbeat could not be seen. */
  #isPaused = false;
  /** At the last heartbeat. */
  #before = { isBehind: false, written: 0 };
  #callOffBeat = () => {};
  #callOffEnd = () => {};
  protected abstract readonly wire: WebWire;

  constructor(options: WebChannelOptions) {
    this.#o = options;
    this.#outbox = new Outbox({
      socket: options.socket,
      onRoom: () => this.#events?.onRoom(),
      onEnd: (broken) => this.#end(broken),
    });
  }

  /** Resolves when the socket is closed. */
  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  protected get events(): ChannelEvents | undefined {
    return this.#events;
  }
  protected get isStopped(): boolean {
    return this.#isStopped;
  }

  open(events: ChannelEvents): void {
    this.#events = events;
    this.#outbox.push(this.#o.greeting);
    void this.#read();
    this.#beatLater();
  }

  abstract resume(): void;
  abstract setLimit(size: number): void;

  stopReading(): void {
    this.#isStopped = true;
    this.resume();
  }

  send(message: Uint8Array): void {
    const bytes = this.wire.encode(message);
    if (bytes !== undefined) this.#outbox.push(bytes);
  }

  sendEvent(message: Uint8Array): void {
    const bytes = this.wire.encode(message);
    if (bytes !== undefined) this.#outbox.pushEvent(bytes);
  }

  /** Bytes of the wire. */
  protected push(bytes: Uint8Array): void {
    this.#outbox.push(bytes);
  }

  /** Bytes that are no message. Dropped where the peer reads none. */
  protected sendRaw(bytes: Uint8Array): void {
    if (this.#outbox.hasEventRoom) this.#outbox.pushEvent(bytes);
    this.#outbox.flush();
  }

  flush(): void {
    this.#outbox.flush();
  }
  get hasEventRoom(): boolean {
    return this.#outbox.hasEventRoom;
  }
  get queuedBytes(): number {
    return this.#outbox.bytes;
  }
  drained(bytes: number): Promise<void> {
    return this.#outbox.drained(bytes);
  }

  /** @param ms then it is closed, whether the peer has taken the last words or not; the shorter of two counts */
  end(ms = LAST_WORDS_MS): void {
    const farewell = this.wire.farewell();
    if (farewell !== undefined) this.#outbox.push(farewell);
    this.#outbox.end();
    this.#closeWithin(ms);
  }

  close(): void {
    this.#outbox.abandon();
    this.#end(true);
    this.#closeSocket();
  }

  async #read(): Promise<void> {
    const { socket, unread } = this.#o;
    const buffer = new Uint8Array(READ_BYTES);
    let isReading = false; // what is thrown meanwhile is the socket's end
    await Promise.resolve(); // open() runs inside JsonRpcPeer's constructor: its caller has no reference yet
    try {
      for (let bytes: Uint8Array<ArrayBuffer> = unread;;) {
        this.#isPaused = true;
        if (!this.#isStopped && bytes.length > 0) await this.wire.take(bytes);
        this.#isPaused = false;
        this.#missed = 0;
        isReading = true;
        const count = await socket.read(buffer);
        isReading = false;
        if (count === null) break;
        bytes = buffer.subarray(0, count);
      }
    } catch (error) {
      if (!isReading) reportError(error);
    }
    this.close();
  }

  #beatLater(): void {
    this.#callOffBeat = setTimer(this.#o.heartbeatMs, () => {
      if (this.#isLost()) return this.close();
      this.sendRaw(this.wire.beat());
      this.#beatLater();
    });
  }

  /**
   * No sign of life came, or of what waits to be written nothing was taken. The system's buffer takes something of a peer
   * that is gone, too; once that is full it takes more only when the peer has read: a sign of life.
   */
  #isLost(): boolean {
    const [isBehind, written] = [this.queuedBytes > 0, this.#outbox.written];
    const { isBehind: wasBehind, written: writtenBefore } = this.#before;
    this.#before = { isBehind, written };
    const hasMoved = written > writtenBefore;
    const isStuck = isBehind && !hasMoved;
    const isSilent = this.replies && !this.#isPaused && !(wasBehind && hasMoved);
    this.#missed = isStuck || isSilent ? this.#missed + 1 : 0;
    return this.#missed >= MISSED_BEATS;
  }

  /** Whether the peer answers a heartbeat. */
  protected abstract readonly replies: boolean;

  #end(isBroken: boolean): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#callOffBeat();
    this.stopReading();
    if (isBroken) this.#closeSocket();
    else {
      this.#o.socket.closeWrite().catch(() => this.#closeSocket());
      this.#closeWithin(LINGER_MS);
    }
    this.#events?.onEnd();
  }

  #closeWithin(ms: number): void {
    const [callOff, earlier] = [setTimer(ms, () => this.close()), this.#callOffEnd];
    this.#callOffEnd = () => {
      callOff();
      earlier();
    };
  }

  #closeSocket(): void {
    this.#callOffEnd();
    try {
      this.#o.socket.close();
    } catch {
      // Already closed.
    }
    this.#gone.resolve();
  }
}
