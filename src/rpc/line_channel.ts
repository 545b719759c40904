/** Messages as lines on a socket. */
import { LineParser, LineTooLongError, NOTHING } from "../protocol/framing.ts";
import type { Socket } from "../platform/sockets.ts";
import type { ChannelEvents, MessageChannel } from "./message_channel.ts";
import { Outbox } from "./outbox.ts";
import { FairReader, type FairTurns } from "./fair_turns.ts";
import type { SharedTurns } from "./shared_turns.ts";

export interface LineChannelOptions {
  readonly socket: Socket;
  /** Longest line that is taken, bytes. */
  readonly maxBytes: number;
  readonly readBytes?: number;
  /**
   * A client still wants to read what the daemon said before it hung up (busy, stopping): a write that fails then ends
   * nothing, the end of what can be read does.
   */
  readonly outlivesWrites?: boolean;
  /** Where other connections must have their turn although this one always has something to read. */
  readonly fair?: FairTurns;
}

const READ_BYTES = 16_384;

export class LineChannel implements MessageChannel {
  #options: LineChannelOptions;
  #parser: LineParser;
  #outbox: Outbox;
  #events: ChannelEvents | undefined;
  #stopped = false;
  #ended = false;
  #resume: (() => void) | undefined;
  /** Resolves when the peer may be heard again. */
  #room: Promise<void> | undefined;
  #fair: FairReader | undefined;
  #turns: SharedTurns | undefined;

  constructor(options: LineChannelOptions) {
    this.#options = options;
    if (options.fair !== undefined) this.#fair = new FairReader(options.fair);
    this.#parser = new LineParser(options.maxBytes);
    this.#outbox = new Outbox({
      socket: options.socket,
      onRoom: () => this.#events?.onRoom(),
      onEnd: (broken) => {
        if (!broken || options.outlivesWrites !== true) this.#end();
      },
    });
  }

  open(events: ChannelEvents): void {
    this.#events = events;
    void this.#read(events);
  }

  share(turns: SharedTurns): void {
    this.#turns = turns;
  }

  resume(): void {
    this.#resume?.();
  }

  stopReading(): void {
    this.#stopped = true;
    this.#resume?.();
  }

  setLimit(size: number): void {
    this.#parser.limit = size;
  }

  send(message: Uint8Array): void {
    this.#outbox.push(message);
  }

  sendEvent(message: Uint8Array): void {
    this.#outbox.pushEvent(message);
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

  end(): void {
    this.#outbox.end();
  }

  close(): void {
    this.#outbox.abandon();
    this.#end(); // where a failed write has ended the outbox before
  }

  /** @returns whether all was taken. @throws {LineTooLongError} */
  #push(bytes: Uint8Array, take: (line: Uint8Array) => boolean): boolean | Promise<boolean> {
    return this.#turns === undefined
      ? this.#measured(bytes, take)
      : this.#turns.run(this, () => !this.#stopped && this.#measured(bytes, take));
  }

  #measured(bytes: Uint8Array, take: (line: Uint8Array) => boolean): boolean {
    if (this.#fair === undefined) return this.#parser.push(bytes, take);
    this.#fair.begin();
    try {
      return this.#parser.push(bytes, take);
    } finally {
      this.#fair.end();
    }
  }

  /** @returns whether the next line may follow at once */
  #take(events: ChannelEvents, line: Uint8Array): boolean {
    if (!events.onMessage(line)) this.#room = new Promise((resolve) => this.#resume = resolve);
    return this.#room === undefined && !this.#stopped && this.#fair?.isOver !== true;
  }

  /** Reads until the peer closes, breaks the framing or is read no more. Never rejects; a bug goes to `reportError`. */
  async #read(events: ChannelEvents): Promise<void> {
    const { socket, readBytes = READ_BYTES } = this.#options;
    const buffer = new Uint8Array(readBytes);
    const take = (line: Uint8Array) => this.#take(events, line);
    let reading = true; // what is thrown meanwhile is the socket's end
    try {
      for (;;) {
        reading = true;
        const count = await socket.read(buffer);
        reading = false;
        if (count === null) break;
        if (this.#stopped) return;
        for (let rest = buffer.subarray(0, count);; rest = NOTHING) {
          const pushed = this.#push(rest, take);
          const isAll = pushed === true || await pushed;
          if (this.#room !== undefined && !this.#stopped) await this.#room;
          this.#room = undefined;
          const others = this.#fair?.rest();
          if (others !== undefined) await others;
          if (isAll) break;
          if (this.#stopped) return;
        }
      }
      events.onHangUp();
    } catch (error) {
      if (error instanceof LineTooLongError) {
        this.stopReading();
        return events.onTooLarge();
      }
      this.close();
      if (!reading) reportError(error);
    }
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.stopReading();
    try {
      this.#options.socket.close();
    } catch {
      // Already closed by the other end of this race.
    }
    this.#events?.onEnd();
  }
}
