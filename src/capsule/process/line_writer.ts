/** Writes lines to a capsule's stdin, one behind the other, and bounds what waits where it does not read. */

export class LineWriter {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #maxQueued: number;
  readonly #encoder = new TextEncoder();
  #queued = 0;
  #isClosed = false;

  constructor(stdin: WritableStream<Uint8Array>, maxQueued: number) {
    this.#writer = stdin.getWriter();
    this.#maxQueued = maxQueued;
    this.#writer.closed.catch(() => {}); // the process's end is seen elsewhere
  }

  /** False where so much waits that it seems to read no more. A process that is gone is no error. */
  send(line: string): boolean {
    if (this.#isClosed) return true;
    const bytes = this.#encoder.encode(`${line}\n`);
    this.#queued += bytes.length;
    this.#writer.write(bytes).then(() => this.#queued -= bytes.length, () => this.#isClosed = true);
    return this.#queued <= this.#maxQueued;
  }

  /** The end of its stdin, behind what was sent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#writer.close().catch(() => {});
  }
}

const encoder = new TextEncoder();

/** Whether `line` is no longer than so many bytes of UTF-8: three for a UTF-16 unit at most. */
export function fitsLine(line: string, maxBytes: number): boolean {
  return line.length * 3 <= maxBytes || encoder.encode(line).length <= maxBytes;
}
