/**
 * Torn bytes: the rest of a write that a crash interrupted. They are copied to a file, then cut off. Where the disk takes
 * no copy they stay, nothing is appended behind them, and the same is tried again while the journal is read-only.
 */
import type { Files } from "../platform/system.ts";
import { bytesBehind } from "./repair.ts";
import type { Segment } from "./segment.ts";

/** A segment that may have bytes after its last record, which ends at `offset`. */
interface Torn {
  readonly segment: Segment;
  readonly offset: number;
}

/** What was cut: from where, how much in all, and the file with the first piece. */
export interface Cut {
  readonly segment: string;
  readonly offset: number;
  readonly tornBytes: number;
  readonly keptIn: string | null;
}

export class TornEnd {
  #files: Files;
  #dir: string;
  #left: Torn[];
  /** By segment, the first one first. */
  #cuts = new Map<string, Cut>();
  #refused: unknown;

  constructor(files: Files, dir: string, all: readonly Torn[]) {
    [this.#files, this.#dir, this.#left] = [files, dir, [...all]];
  }

  /** Why the last {@link cut} failed; undefined where nothing is left to cut off. */
  get refused(): unknown {
    return this.#refused;
  }

  /** What was cut so far. */
  get done(): Cut | undefined {
    const [first, ...others] = this.#cuts.values();
    return first && { ...first, tornBytes: others.reduce((sum, { tornBytes }) => sum + tornBytes, first.tornBytes) };
  }

  /**
   * Copies torn bytes to files of their own, cuts them off and removes a segment without any record. Goes on where an
   * earlier call failed, with what lies there now.
   *
   * @throws the OS error; {SegmentChanged} where records went meanwhile. What was not copied is unchanged
   */
  cut(): void {
    try {
      for (let torn = this.#left[0]; torn !== undefined; torn = this.#left[0]) {
        this.#cutOne(torn);
        this.#left.shift();
      }
      this.#refused = undefined;
    } catch (error) {
      this.#refused = error;
      throw error;
    }
  }

  #cutOne({ segment, offset }: Torn): void {
    const [files, { path, name }] = [this.#files, segment];
    if (offset === 0 && files.stat(path) === undefined) return; // an earlier call removed it, and failed behind that
    const behind = bytesBehind(files, segment, offset);
    if (behind > 0) {
      const bytes = files.readRange(path, offset, behind);
      const keptIn = keep(files, this.#dir, segment, { offset, bytes });
      // First: a call that fails may have cut all the same, and the next one then finds no bytes.
      this.#cuts.set(name, { segment: name, offset, tornBytes: bytes.length, keptIn });
      const file = files.append(path, "never");
      try {
        file.truncate(offset);
      } finally {
        file.close();
      }
    }
    if (offset === 0) files.remove(path);
  }
}

/** After a crash between the copy and the cut, this runs again: an equal copy is not made twice. */
function keep(
  files: Files,
  dir: string,
  segment: Segment,
  { offset, bytes }: { readonly offset: number; readonly bytes: Uint8Array },
): string {
  for (let copy = 1;; copy++) {
    const name = `torn-${segment.first}-${offset}${copy === 1 ? "" : `-${copy}`}.bin`;
    const path = `${dir}/${name}`;
    if (files.stat(path) === undefined) {
      create(files, path, bytes);
      return name;
    }
    if (equal(files.read(path), bytes)) return name;
  }
}

/** Whole or not at all: each attempt on a full disk would leave one more part of a copy. */
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
