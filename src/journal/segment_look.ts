/**
 * What a start looks at of every segment: once, because a journal may have a thousand of them, and a start that goes by
 * a snapshot reads the records of few.
 */
import type { Files } from "../platform/system.ts";
import { firstLine, type Segment } from "./segment.ts";
import { checkPlain } from "./segment_errors.ts";

export interface SegmentLook extends Segment {
  /** Bytes. */
  readonly size: number;
  /** Its first line, without the line feed; undefined where none has ended. */
  readonly opening: Uint8Array | undefined;
}

/** @throws {ConsoleError} `journal_broken` where it is no plain file */
export function lookAt(files: Files, segment: Segment): SegmentLook {
  const size = checkPlain(files, segment);
  return { ...segment, size, opening: firstLine(files, segment.path)?.slice() };
}
