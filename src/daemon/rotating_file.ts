/** A file of lines that is renamed before it passes a size: `daemon.log` → `daemon.log.1` → … The youngest is 1. */
import type { AppendFile, Files } from "../platform/system.ts";

export interface RotatingFileOptions {
  readonly path: string;
  /** No file grows past this, bytes; a single longer line is written whole. */
  readonly maxBytes: number;
  readonly oldFiles: number;
  readonly files: Files;
}

const encoder = new TextEncoder();
const LINE_FEED = 10;

export class RotatingFile {
  #options: RotatingFileOptions;
  #file: AppendFile;
  #size: number;
  /** A full disk or the end of a process may have cut the last line: the next one must not be glued to it. */
  #mayBeCut = true;

  /** @throws the OS error */
  constructor(options: RotatingFileOptions) {
    this.#options = options;
    this.#file = options.files.append(options.path, "may");
    this.#size = this.#file.size();
  }

  /** Never throws: what cannot be logged is lost, because a full disk must not stop the daemon. */
  write(line: string): void {
    const bytes = encoder.encode(line);
    if (this.#size > 0 && this.#size + bytes.length > this.#options.maxBytes) quietly(() => this.#rotate());
    quietly(() => this.#append(bytes));
  }

  #append(line: Uint8Array): void {
    const bytes = this.#mayBeCut && this.#isCut() ? new Uint8Array([LINE_FEED, ...line]) : line;
    this.#mayBeCut = true;
    try {
      this.#file.write(bytes);
      this.#size += bytes.length;
      this.#mayBeCut = false;
    } catch {
      this.#size = this.#file.size(); // a part of it may have been written
    }
  }

  /** Whether the file ends in the middle of a line. One that cannot be read counts as cut: an empty line is harmless. */
  #isCut(): boolean {
    if (this.#size === 0) return false;
    try {
      return this.#options.files.readRange(this.#file.path, this.#size - 1, 1)[0] !== LINE_FEED;
    } catch {
      return true;
    }
  }

  close(): void {
    this.#file.close();
  }

  #rotate(): void {
    const { path, oldFiles, files } = this.#options;
    const name = (age: number) => age === 0 ? path : `${path}.${age}`;
    for (let age = oldFiles - 1; age >= 0; age--) {
      if (files.stat(name(age)) !== undefined) files.rename(name(age), name(age + 1));
    }
    const old = this.#file;
    this.#file = files.append(path, "may");
    this.#size = this.#file.size();
    this.#mayBeCut = true;
    old.close();
  }
}

function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // The log itself failed: there is no place to report it.
  }
}
