/** Torn bytes: the rest of a write that a crash interrupted. They are copied to a file, then cut off. */
import type { Files } from "../platform/system.ts";
import { readOnly } from "./read_only.ts";
import type { UnterminatedTail } from "./block.ts";
import type { Segment } from "./segment.ts";

/** A segment that may have bytes after its last record. */
export interface Torn {
  readonly segment: Segment;
  readonly rest: UnterminatedTail;
}

/** What was cut: from where, how much in all, and the file with the first piece. */
export interface Cut {
  readonly segment: string;
  readonly offset: number;
  readonly tornBytes: number;
  readonly keptIn: string | null;
}

/**
 * Copies torn bytes to files of their own, cuts them off and removes a segment without any record.
 *
 * @throws {ConsoleError} `read_only` where the disk refuses; the torn bytes are then unchanged
 */
export function cutTorn(files: Files, dir: string, all: readonly Torn[]): Cut | undefined {
  try {
    let cut: Cut | undefined;
    for (const { segment, rest } of all) {
      if (rest.bytes.length > 0) {
        const keptIn = keep(files, dir, segment, rest);
        const file = files.append(segment.path, "never");
        file.truncate(rest.offset);
        file.close();
        const tornBytes = (cut?.tornBytes ?? 0) + rest.bytes.length;
        cut = { segment: segment.name, offset: rest.offset, keptIn, ...cut, tornBytes };
      }
      if (rest.offset === 0) files.remove(segment.path);
    }
    return cut;
  } catch (error) {
    throw readOnly("the torn end of the journal cannot be cut off", error);
  }
}

/** After a crash between the copy and the cut, this runs again: an equal copy is not made twice. */
function keep(files: Files, dir: string, segment: Segment, rest: UnterminatedTail): string {
  for (let copy = 1;; copy++) {
    const name = `torn-${segment.first}-${rest.offset}${copy === 1 ? "" : `-${copy}`}.bin`;
    const path = `${dir}/${name}`;
    if (files.stat(path) === undefined) {
      create(files, path, rest.bytes);
      return name;
    }
    if (equal(files.read(path), rest.bytes)) return name;
  }
}

/** Whole or not at all: each start on a full disk would leave one more part of a copy. */
function create(files: Files, path: string, bytes: Uint8Array): void {
  try {
    files.create(path, bytes, 0o600);
  } catch (error) {
    try {
      files.remove(path);
    } catch {
      // The first error says why.
    }
    throw error;
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
