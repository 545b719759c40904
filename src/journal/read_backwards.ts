/** Reads the lines of a segment from an end towards its beginning, in blocks: in constant memory, whatever its size. */
import type { Files } from "../platform/system.ts";
import { type Block, LF } from "./block.ts";
import { LONGEST_LINE_BYTES } from "./record.ts";
import { lineTooLong, nextLength } from "./segment.ts";

const BLOCK_BYTES = 256 * 1024;

/**
 * The whole lines between `from` and `end`, both of which must be where a line begins or the file ends; the last block
 * comes first. The bytes are valid until the next block.
 *
 * @throws {ConsoleError} `journal_broken` where a line is longer than any record
 */
export function* readBlocksBackwards(
  files: Files,
  path: string,
  from: number,
  end: number,
  blockBytes = BLOCK_BYTES,
): Generator<Block, void> {
  let buffer = new Uint8Array(blockBytes);
  for (let stop = end, size = blockBytes; stop > from;) {
    const start = Math.max(from, stop - size);
    if (buffer.length < stop - start) buffer = new Uint8Array(stop - start);
    const bytes = files.readRange(path, start, stop - start, buffer);
    if (bytes.length < stop - start) throw new Error(`${path} has become shorter`);
    // Where the block begins within a line, that line belongs to the next one.
    const cut = start === from ? 0 : bytes.indexOf(LF) + 1;
    if (cut === bytes.length) {
      if (size > LONGEST_LINE_BYTES) throw lineTooLong(files, path, stop - 1);
      size = nextLength(size); // one line is longer than the block
      continue;
    }
    yield { offset: start + cut, bytes: bytes.subarray(cut) };
    stop = start + cut;
    size = blockBytes;
  }
}
