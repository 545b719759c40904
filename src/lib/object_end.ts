/** Where a JSON object ends that comes in pieces: by its brackets, not by parsing all of it again with each piece. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN: readonly number[] = [0x7b, 0x5b];
const CLOSE: readonly number[] = [0x7d, 0x5d];
const SPACE: readonly number[] = [0x20, 0x09, 0x0a, 0x0d];
/** The byte order mark, which some writers put in front. */
const MARK: readonly number[] = [0xef, 0xbb, 0xbf];

/** Bytes of UTF-8: each of those above stands for itself only. */
export class ObjectEnd {
  #depth = 0;
  #inString = false;
  #escaped = false;
  #isOther = false;

  /** Whether the object that began in an earlier piece, or in this one, is whole now. Never for what begins otherwise. */
  endsIn(bytes: Uint8Array): boolean {
    for (const byte of bytes) {
      if (this.#isOther) return false;
      if (this.#escaped) this.#escaped = false;
      else if (this.#inString) {
        if (byte === BACKSLASH) this.#escaped = true;
        else if (byte === QUOTE) this.#inString = false;
      } else if (OPEN.includes(byte)) this.#depth++;
      else if (this.#depth === 0) this.#isOther = !SPACE.includes(byte) && !MARK.includes(byte);
      else if (byte === QUOTE) this.#inString = true;
      else if (CLOSE.includes(byte) && --this.#depth === 0) return true;
    }
    return false;
  }
}
