/** Messages as text frames of a WebSocket that a client opened. */
import {
  CLOSE,
  closeFrame,
  FrameError,
  FrameReader,
  type Incoming,
  pingFrame,
  pongFrame,
  textFrame,
} from "./frames.ts";
import { daemonFairTurns, FairReader } from "../rpc/fair_turns.ts";
import { WebChannel, type WebWire } from "./web_channel.ts";

export class FrameChannel extends WebChannel {
  #reader = new FrameReader(0);
  #farewell: { readonly code: number | undefined; readonly reason: string } = { code: CLOSE.normal, reason: "" };
  #resume: (() => void) | undefined;
  /** Resolves when the peer may be heard again. */
  #room: Promise<void> | undefined;
  #fair = new FairReader(daemonFairTurns);
  protected override readonly replies = true;
  protected override readonly wire: WebWire = {
    take: (bytes) => this.#take(bytes),
    encode: (message) => textFrame(message.subarray(0, -1)), // a frame ends without a line feed
    beat: pingFrame,
    farewell: () => closeFrame(this.#farewell.code, this.#farewell.reason),
  };

  override resume(): void {
    this.#resume?.();
  }

  override setLimit(size: number): void {
    this.#reader.limit = size;
  }

  /** Says why, and ends. @param reason our own words @param ms as of {@link end} */
  endWith(code: number | undefined, reason: string, ms?: number): void {
    this.#farewell = { code, reason };
    this.stopReading();
    this.end(ms);
  }

  blame(why: string): void {
    this.#farewell = { code: CLOSE.policy, reason: why };
  }

  async #take(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#reader.feed(bytes);
    for (let isAll = false; !isAll && !this.isStopped;) {
      this.#fair.begin();
      isAll = this.#takeSome();
      this.#fair.end();
      if (this.#room !== undefined && !this.isStopped) await this.#room;
      this.#room = undefined;
      const others = this.#fair.rest();
      if (others !== undefined) await others;
    }
  }

  /** As long as there is room and it is our turn. @returns whether all that was fed is taken */
  #takeSome(): boolean {
    for (let incoming; (incoming = this.#next()) !== undefined;) {
      if (incoming.kind === "close") this.endWith(incoming.code, ""); // RFC 6455, 5.5.1: the same code
      else if (incoming.kind === "ping") this.sendRaw(pongFrame(incoming.payload));
      else if (incoming.kind === "text" && this.events?.onMessage(incoming.text) === false) {
        this.#room = new Promise((resolve) => this.#resume = resolve);
      }
      if (this.#room !== undefined || this.isStopped || this.#fair.isOver) return false;
    }
    return true;
  }

  #next(): Incoming | undefined {
    try {
      return this.#reader.next();
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      // Of one that is too long the client hears by a message, too, as on the socket.
      this.#farewell = { code: error.code, reason: error.message };
      if (error.code === CLOSE.tooLong) this.events?.onTooLarge();
      this.endWith(error.code, error.message);
      return undefined;
    }
  }
}
