/** What reading a file of lines gives: whole lines in blocks, and the rest behind the last one. */

/** What ends a line. */
export const LF = 10;

/** Whole lines of a segment, each with its line feed. The bytes are valid until the next block. */
export interface Block {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Where the last whole line ends, and the bytes after it. */
export interface UnterminatedTail {
  readonly offset: number;
  readonly bytes: Uint8Array;
}
