/** Messages as text frames of a WebSocket. */
import { setTimer } from "../platform/clock.ts";
import type { TextSocket, WebSocketEvents } from "../platform/web_socket.ts";
import type { ChannelEvents, MessageChannel } from "./message_channel.ts";

export interface WebSocketChannelOptions {
  readonly dial: (events: WebSocketEvents) => TextSocket;
  /** Longest frame that is taken, UTF-16 units. */
  readonly maxUnits: number;
  readonly onOpen: () => void;
}

/** Of events, bytes that are given to a socket whose peer has not taken them. */
const EVENTS_AHEAD = 65_536;
/** A WebSocket has no event for sent data: the interval at which a waiting writer looks, ms. */
const LOOK_MS = 10;

export class WebSocketChannel implements MessageChannel {
  #options: WebSocketChannelOptions;
  #maxUnits: number;
  #decoder = new TextDecoder();
  #socket: TextSocket | undefined;
  #events: ChannelEvents | undefined;
  /** Frames that arrived while reading was paused; undefined while it is not. */
  #held: string[] | undefined;
  #heldUnits = 0;
  #stopped = false;
  #ended = false;
  #roomAwaited = false;

  constructor(options: WebSocketChannelOptions) {
    this.#options = options;
    this.#maxUnits = options.maxUnits;
  }

  open(events: ChannelEvents): void {
    this.#events = events;
    this.#socket = this.#options.dial({
      onOpen: this.#options.onOpen,
      onText: (text) => this.#take(text),
      onClose: () => this.#end(),
    });
  }

  resume(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    this.#heldUnits = 0;
    for (const text of held) this.#take(text);
  }

  stopReading(): void {
    this.#stopped = true;
    this.#held = undefined;
  }

  setLimit(size: number): void {
    this.#maxUnits = size;
  }

  send(message: Uint8Array): void {
    this.#socket?.send(this.#decoder.decode(message.subarray(0, -1))); // a frame ends without a line feed
  }

  sendEvent(message: Uint8Array): void {
    this.send(message);
    if (this.hasEventRoom || this.#roomAwaited) return;
    this.#roomAwaited = true;
    void this.drained(EVENTS_AHEAD - 1).then(() => {
      this.#roomAwaited = false;
      if (!this.#ended) this.#events?.onRoom();
    });
  }

  flush(): void {}

  get hasEventRoom(): boolean {
    return !this.#ended && this.queuedBytes < EVENTS_AHEAD;
  }

  get queuedBytes(): number {
    return this.#socket?.bufferedBytes ?? 0;
  }

  async drained(bytes: number): Promise<void> {
    while (!this.#ended && this.queuedBytes > bytes) await new Promise<void>((resolve) => setTimer(LOOK_MS, resolve));
  }

  /** The closing handshake of a WebSocket comes behind what is queued. */
  end(): void {
    this.#socket?.close();
  }

  close(): void {
    this.#socket?.close();
    this.#end();
  }

  #take(text: string): void {
    if (this.#stopped) return;
    if (text.length > this.#maxUnits) return this.#events?.onTooLarge();
    if (this.#held === undefined) {
      if (this.#events?.onMessage(text) === false && !this.#stopped) this.#held = [];
      return;
    }
    // The protocol has no way to pause the peer: one that keeps sending is disconnected.
    this.#heldUnits += text.length;
    if (this.#heldUnits > this.#maxUnits) return this.close();
    this.#held.push(text);
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.stopReading();
    this.#events?.onEnd();
  }
}
