/**
 * What waits to be written to one connection: bytes in order, written in as few system calls as possible, never waited
 * for by a commit. Replies are bounded by back-pressure on the reader. Of events only a little is taken from the event
 * bus ahead of the peer; the rest stays in the log that all connections share.
 */
import type { Socket } from "../platform/sockets.ts";

export interface OutboxOptions {
  readonly socket: Socket;
  /** Called when events fit again after they did not. */
  readonly onRoom: () => void;
  /** Called once when nothing more will be written: all was said after `end`, or a write failed (`broken`). */
  readonly onEnd: (broken: boolean) => void;
}

/** A write has at most so many bytes: small chunks are joined, and of a large one each piece that was taken is seen. */
const JOIN_BYTES = 65_536;
/** Events queued for a peer that has not taken them, bytes: as much as one write takes. */
const EVENTS_AHEAD = JOIN_BYTES;

interface Chunk {
  readonly bytes: Uint8Array;
  readonly isEvent: boolean;
}

export class Outbox {
  #queue: Chunk[] = [];
  #bytes = 0;
  #written = 0;
  #eventBytes = 0;
  #writing = false;
  /** A write is to begin after the present turn of work. */
  #due = false;
  #state: "open" | "ending" | "ended" = "open";
  #options: OutboxOptions;
  #waiters: (() => void)[] = [];

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Bytes that the peer has not taken yet. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes that the socket has taken since the start. */
  get written(): number {
    return this.#written;
  }

  /** Whether an event may be pushed now. */
  get hasEventRoom(): boolean {
    return this.#state === "open" && this.#eventBytes < EVENTS_AHEAD;
  }

  push(bytes: Uint8Array): void {
    this.#add({ bytes, isEvent: false });
  }

  /** Call {@link flush} behind the last one of a turn. */
  pushEvent(bytes: Uint8Array): void {
    this.#add({ bytes, isEvent: true });
  }

  /** Writes what is queued now, not after the present turn of work. */
  flush(): void {
    this.#due = false;
    if (this.#writing || this.#queue.length === 0) return;
    this.#write();
  }

  /** Writes what is queued, then ends. */
  end(): void {
    if (this.#state !== "open") return;
    this.#state = "ending";
    if (!this.#writing && this.#queue.length === 0) this.#finish();
  }

  /** Drops what is queued and ends at once. */
  abandon(): void {
    this.#finish();
  }

  /** Resolves when at most `bytes` are queued, or nothing more will be written. */
  async drained(bytes: number): Promise<void> {
    while (this.#bytes > bytes && this.#state !== "ended") {
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }

  #add(chunk: Chunk): void {
    if (this.#state !== "open") return;
    this.#queue.push(chunk);
    this.#bytes += chunk.bytes.length;
    if (chunk.isEvent) this.#eventBytes += chunk.bytes.length;
    if (this.#writing || this.#due) return;
    this.#due = true;
    // After the present turn of work, so that all replies to one read go out in one write.
    queueMicrotask(() => this.#due && this.flush());
  }

  #write(): void {
    this.#writing = true;
    const { bytes, eventBytes } = this.#next();
    this.#send(bytes, () => {
      this.#eventBytes -= eventBytes;
      if (eventBytes > 0) this.#options.onRoom(); // what it adds goes out with the next write
      if (this.#queue.length > 0) return this.#write();
      this.#writing = false;
      if (this.#state === "ending") this.#finish();
    });
  }

  /** Writes all of `bytes`: the kernel may take less than it was given. */
  #send(bytes: Uint8Array, done: () => void): void {
    this.#options.socket.write(bytes.subarray(0, JOIN_BYTES)).then((count) => {
      if (this.#state === "ended") return;
      this.#bytes -= count;
      this.#written += count;
      this.#wake();
      if (count < bytes.length) this.#send(bytes.subarray(count), done);
      else done();
    }, () => this.#finish(true)); // the peer is gone (BrokenPipe), or we closed: either way nobody reads any more
  }

  /** The next bytes to write: one chunk, or several small ones joined. */
  #next(): { readonly bytes: Uint8Array; readonly eventBytes: number } {
    let size = 0;
    let eventBytes = 0;
    let taken = 0;
    for (const { bytes, isEvent } of this.#queue) {
      if (taken > 0 && size + bytes.length > JOIN_BYTES) break;
      size += bytes.length;
      if (isEvent) eventBytes += bytes.length;
      taken++;
    }
    const chunks = this.#queue.splice(0, taken);
    if (chunks.length === 1 && chunks[0] !== undefined) return { bytes: chunks[0].bytes, eventBytes };
    const joined = new Uint8Array(size);
    let at = 0;
    for (const { bytes } of chunks) {
      joined.set(bytes, at);
      at += bytes.length;
    }
    return { bytes: joined, eventBytes };
  }

  #finish(broken = false): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#queue = [];
    this.#bytes = 0;
    this.#wake();
    this.#options.onEnd(broken);
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}
