/**
 * One message per line: a push parser from bytes to lines, without streams.
 * The limit counts bytes without the line feed. Carriage returns are left to JSON, for which they are white space.
 */
const LF = 10;
/** First size of the buffer for a line that comes in parts, bytes. */
const SMALL_BYTES = 4096;
/** The next one: so large that the allocator maps it by itself and gives it back whole. */
const LARGE_BYTES = 262_144;
/** For going on after a pause. */
export const NOTHING = new Uint8Array(0);

export class LineTooLongError extends Error {}

export class LineParser {
  /** What has come of a line, in its first `#length` bytes. */
  #buffer: Uint8Array = NOTHING;
  #length = 0;
  /** The kept bytes may hold whole lines. */
  #paused = false;
  #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  set limit(bytes: number) {
    this.#limit = bytes;
  }

  /**
   * Takes the next chunk and calls `line` for each line that it ends. Where `line` returns false the rest is kept
   * and `push` returns false: call it again with no bytes to go on. The bytes given to `line` are valid only
   * during the call.
   *
   * @throws {TooLong} where a line is over the limit, ended or not
   */
  push(chunk: Uint8Array, line: (bytes: Uint8Array) => boolean): boolean {
    let rest = chunk;
    if (this.#paused) {
      rest = this.#take(chunk);
      this.#paused = false;
    }
    for (let end = rest.indexOf(LF); end >= 0; end = rest.indexOf(LF)) {
      if (this.#length + end > this.#limit) throw new LineTooLongError();
      const bytes = this.#take(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
      if (!line(bytes)) {
        this.#paused = rest.length > 0;
        if (this.#paused) this.#keep(rest);
        return false;
      }
    }
    if (this.#length + rest.length > this.#limit) throw new LineTooLongError();
    if (rest.length > 0) this.#keep(rest);
    return true;
  }

  #keep(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#buffer.length) {
      const larger = new Uint8Array(length <= SMALL_BYTES ? SMALL_BYTES : Math.max(LARGE_BYTES, 2 * length));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = length;
  }

  #take(last: Uint8Array): Uint8Array {
    if (this.#length === 0) return last;
    this.#keep(last);
    const all = this.#buffer.subarray(0, this.#length);
    this.#buffer = NOTHING; // the caller may hold on to what it got
    this.#length = 0;
    return all;
  }
}
