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
import { WebChannel, type WebWire } from "./web_channel.ts";

export class FrameChannel extends WebChannel {
  #reader = new FrameReader(0);
  #farewell: { readonly code: number; readonly reason: string } = { code: CLOSE.normal, reason: "" };
  #resume: (() => void) | undefined;
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
  endWith(code: number, reason: string, ms?: number): void {
    this.#farewell = { code, reason };
    this.stopReading();
    this.end(ms);
  }

  async #take(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#reader.feed(bytes);
    while (!this.isStopped) {
      const incoming = this.#next();
      if (incoming === undefined) return;
      if (incoming.kind === "close") this.endWith(CLOSE.normal, "");
      else if (incoming.kind === "ping") this.sendRaw(pongFrame(incoming.payload));
      else if (incoming.kind === "text" && this.events?.onMessage(incoming.text) === false && !this.isStopped) {
        await new Promise<void>((resolve) => this.#resume = resolve);
      }
    }
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
