/**
 * What waits to be written to one connection: bounded, written in as few system calls as possible, never waited
 * for by a commit. Answers are bounded by back-pressure on the reader; events by `queueEvents` and `queueBytes`:
 * past those the queued events are dropped, `daemon.lagged` becomes the last message, and the connection ends.
 */
import { encodeLine } from "../protocol/envelope.ts";
import type { Socket } from "../platform/sockets.ts";

export interface OutboxOptions {
  readonly socket: Socket;
  readonly queueEvents: number;
  readonly queueBytes: number;
  /** Called once when the events were dropped; the message that says so is queued as the last one. */
  readonly onLag: () => void;
  /** Called once when nothing more will be written: the peer is gone, or all was said after `end`. */
  readonly onEnd: () => void;
}

/** Chunks are joined up to this size, bytes: one write for many small lines. */
const JOIN_BYTES = 65_536;

interface Chunk {
  readonly bytes: Uint8Array;
  /** Sequence number where the chunk is an event. */
  readonly seq?: number;
}

export class Outbox {
  #queue: Chunk[] = [];
  #bytes = 0;
  #events = 0;
  #writing = false;
  /** A write is to begin after the present turn of work. */
  #due = false;
  /** Bytes taken out of the queue and not yet with the kernel. */
  #inWrite = 0;
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

  push(bytes: Uint8Array): void {
    if (this.#state === "open") this.#add({ bytes });
  }

  pushEvent(seq: number, bytes: Uint8Array): void {
    if (this.#state !== "open") return;
    const { queueEvents, queueBytes } = this.#options;
    if (this.#events >= queueEvents || this.#bytes + bytes.length > queueBytes) return this.#lag(seq);
    this.#events++;
    this.#add({ bytes, seq });
    this.#start(); // at once: somebody waits for it, and what comes meanwhile is joined behind it
  }

  /** Writes what is queued, then ends. */
  end(): void {
    if (this.#state !== "open") return;
    this.#state = "ending";
    if (!this.#writing && this.#queue.length === 0) this.#finish();
  }

  /** Drops what is queued and ends at once. */
  abandon(): void {
    this.#queue = [];
    this.#finish();
  }

  /** Resolves when at most `bytes` are queued, or nothing more will be written. */
  async drained(bytes: number): Promise<void> {
    while (this.#bytes > bytes && this.#state !== "ended") {
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }

  #add(chunk: Chunk): void {
    this.#queue.push(chunk);
    this.#bytes += chunk.bytes.length;
    if (this.#writing || this.#due) return;
    this.#due = true;
    // After the present turn of work, so that all answers to one read go out in one write.
    queueMicrotask(() => this.#start());
  }

  #start(): void {
    this.#due = false;
    if (this.#writing || this.#queue.length === 0) return;
    this.#writing = true;
    void this.#write();
  }

  #lag(seq: number): void {
    // The head of the queue may be half written already: only whole chunks behind it can be dropped. `#write` has
    // taken what it writes out of the queue, so everything still in it is whole.
    const from = this.#queue.find((chunk) => chunk.seq !== undefined)?.seq ?? seq;
    this.#queue = this.#queue.filter((chunk) => chunk.seq === undefined);
    this.#events = 0;
    this.#bytes = this.#queue.reduce((sum, chunk) => sum + chunk.bytes.length, this.#inWrite);
    this.#add({
      bytes: encodeLine({
        jsonrpc: "2.0",
        method: "event",
        params: { type: "daemon.lagged", data: { from, to: seq } },
      }),
    });
    this.#options.onLag();
  }

  async #write(): Promise<void> {
    try {
      while (this.#queue.length > 0) {
        const bytes = this.#next();
        this.#inWrite = bytes.length;
        // The kernel may take less than it was given.
        for (let at = 0; at < bytes.length;) at += await this.#options.socket.write(bytes.subarray(at));
        this.#inWrite = 0;
        this.#bytes -= bytes.length;
        this.#wake();
      }
      this.#writing = false;
      if (this.#state === "ending") this.#finish();
    } catch {
      // The peer is gone (BrokenPipe), or we closed: either way nobody reads any more.
      this.#writing = false;
      this.#finish();
    }
  }

  /** The next bytes to write: one chunk, or several small ones joined. */
  #next(): Uint8Array {
    let size = 0;
    let taken = 0;
    for (const { bytes, seq } of this.#queue) {
      if (taken > 0 && size + bytes.length > JOIN_BYTES) break;
      size += bytes.length;
      taken++;
      if (seq !== undefined) this.#events--;
    }
    const chunks = this.#queue.splice(0, taken);
    if (chunks.length === 1 && chunks[0] !== undefined) return chunks[0].bytes;
    const joined = new Uint8Array(size);
    let at = 0;
    for (const { bytes } of chunks) {
      joined.set(bytes, at);
      at += bytes.length;
    }
    return joined;
  }

  #finish(): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#queue = [];
    this.#bytes = 0;
    this.#wake();
    this.#options.onEnd();
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}
