/** A file of lines that is renamed before it passes a size: `daemon.log` → `daemon.log.1` → … The youngest is 1. */
import { denoFiles } from "../platform/deno_files.ts";
import type { AppendFile } from "../platform/system.ts";

export interface RotatingFileOptions {
  readonly path: string;
  /** No file grows past this, bytes; a single longer line is written whole. */
  readonly maxBytes: number;
  readonly oldFiles: number;
}

const encoder = new TextEncoder();

export class RotatingFile {
  #options: RotatingFileOptions;
  #file: AppendFile;
  #size: number;

  /** @throws the OS error */
  constructor(options: RotatingFileOptions) {
    this.#options = options;
    this.#file = denoFiles.append(options.path, "may");
    this.#size = this.#file.size();
  }

  /** Never throws: what cannot be logged is lost, because a full disk must not stop the daemon. */
  write(line: string): void {
    const bytes = encoder.encode(line);
    if (this.#size > 0 && this.#size + bytes.length > this.#options.maxBytes) quietly(() => this.#rotate());
    quietly(() => this.#file.write(bytes));
    this.#size += bytes.length;
  }

  close(): void {
    this.#file.close();
  }

  #rotate(): void {
    const { path, oldFiles } = this.#options;
    const name = (age: number) => age === 0 ? path : `${path}.${age}`;
    for (let age = oldFiles - 1; age >= 0; age--) {
      if (denoFiles.stat(name(age)) !== undefined) denoFiles.rename(name(age), name(age + 1));
    }
    const old = this.#file;
    this.#file = denoFiles.append(path, "may");
    this.#size = this.#file.size();
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
