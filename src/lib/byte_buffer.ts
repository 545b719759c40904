/** Bytes that come in many pieces, gathered in one block: it doubles as it fills, so that a tiny piece costs no more than itself. */

const FIRST_BYTES = 1024;

export class ByteBuffer {
  #block = new Uint8Array(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** A view of all of them, until the next push. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#block.subarray(0, this.#length);
  }

  /** Copies `piece`. */
  push(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > this.#block.length) {
      const block = new Uint8Array(Math.max(FIRST_BYTES, length, 2 * this.#block.length));
      block.set(this.bytes);
      this.#block = block;
    }
    this.#block.set(piece, this.#length);
    this.#length = length;
  }
}
