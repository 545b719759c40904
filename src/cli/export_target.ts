/**
 * Where an export goes: stdout, or a new file that only its user can read. Nothing that is there is overwritten, and
 * what could not be finished is removed again. Written in parts, with a hash over all of them.
 */
import { escapeControls } from "../domain/sanitize.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { largeRunningSha256 } from "../platform/hash.ts";
import { resolveFrom } from "../platform/home_paths.ts";
import { currentFolder } from "../platform/process.ts";
import { writeStdoutBytes } from "../platform/stdout_bytes.ts";
import type { AppendFile } from "../platform/system.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { ReaderGone } from "./output.ts";
import { outsideHome } from "./outside_home.ts";

const BUFFER_BYTES = 256 * 1024;

/** What an option says for stdout. */
const STDOUT = "-";

interface NamedTargets {
  readonly format: "jsonl" | "csv";
  readonly output?: string | undefined;
  readonly manifest?: string | undefined;
}

interface Place {
  /** Absolute; stdout where undefined. */
  readonly path: string | undefined;
}

interface ExportPlaces {
  readonly records: Place;
  /** Undefined where no manifest stands apart from the records. */
  readonly manifest: Place | undefined;
}

/**
 * Where the records and their manifest go. Never into the home.
 *
 * @param home the daemon's folder. @throws {ConsoleError} `usage`
 */
export function exportPlaces({ format, output = STDOUT, manifest }: NamedTargets, home: string): ExportPlaces {
  if (output === STDOUT && manifest === STDOUT) {
    throw new ConsoleError("usage", "the records go to stdout, so the manifest cannot", {
      hint: "--output FILE or --manifest FILE gives one of them a place of its own; a file named - is ./-",
    });
  }
  const placeOf = (given: string, option: string): Place => ({
    path: given === STDOUT ? undefined : outsideHome(resolveFrom(given, currentFolder()), option, home),
  });
  const records = placeOf(output, "--output");
  const beside = manifest ?? (format === "csv" && output !== STDOUT ? `${output}.manifest.json` : undefined);
  if (beside === undefined) return { records, manifest: undefined };
  const place = placeOf(beside, "--manifest");
  if (place.path === records.path) {
    throw new ConsoleError("usage", "--output and --manifest name the same file", { hint: "name two files" });
  }
  return { records, manifest: place };
}

export class ExportTarget {
  readonly #path: string | undefined;
  readonly #file: AppendFile | undefined;
  readonly #signal: AbortSignal;
  readonly #hash = largeRunningSha256();
  #buffer = new Uint8Array(BUFFER_BYTES);
  #filled = 0;
  #bytes = 0;
  #isClosed = false;

  /** @param path absolute; stdout where undefined @throws {ConsoleError} `failed` where a file cannot be made there */
  constructor(path: string | undefined, signal: AbortSignal) {
    this.#path = path;
    this.#file = path === undefined ? undefined : newFile(path);
    this.#signal = signal;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Kept until the next {@link flush}. @param counts whether it is a part of what the hash is of */
  put(bytes: Uint8Array, counts = true): void {
    if (counts) {
      this.#hash.update(bytes);
      this.#bytes += bytes.length;
    }
    if (this.#filled + bytes.length > this.#buffer.length) {
      const larger = new Uint8Array(2 * (this.#filled + bytes.length));
      larger.set(this.#buffer.subarray(0, this.#filled));
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.#filled);
    this.#filled += bytes.length;
  }

  /** sha256 of all that counted, hex. Call once. */
  digest(): string {
    return this.#hash.digest();
  }

  /** Writes what is kept, once it is worth a write. @throws {ReaderGone}; {ConsoleError} `failed` */
  async flush(atLeast = BUFFER_BYTES / 2): Promise<void> {
    this.#signal.throwIfAborted();
    if (this.#filled < atLeast) return;
    const bytes = this.#buffer.subarray(0, this.#filled);
    this.#filled = 0;
    if (this.#file === undefined) {
      if (!await writeStdoutBytes(bytes, this.#signal)) throw new ReaderGone();
      return;
    }
    try {
      this.#file.write(bytes);
    } catch (error) {
      throw cannotWrite(this.#path!, error);
    }
  }

  /** @throws as {@link flush} */
  async finish(): Promise<void> {
    await this.flush(1);
    try {
      await this.#file?.sync();
    } catch (error) {
      throw cannotWrite(this.#path!, error);
    }
    this.#close();
  }

  /** Removes the file again, also a finished one: what belongs to it could not be written. */
  discard(): void {
    if (this.#path === undefined) return;
    this.#close();
    denoFiles.remove(this.#path);
  }

  #close(): void {
    if (!this.#isClosed) this.#file?.close();
    this.#isClosed = true;
  }
}

function newFile(path: string): AppendFile {
  if (isThere(path)) throw taken(path);
  try {
    return denoFiles.append(path, "new");
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

function isThere(path: string): boolean {
  try {
    return denoFiles.stat(path) !== undefined;
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

function taken(path: string): ConsoleError {
  return new ConsoleError("failed", `${escapeControls(path)} is there already, and nothing is overwritten`, {
    hint: "give the name of a new file",
  });
}

function cannotWrite(path: string, error: unknown): ConsoleError {
  const why = error instanceof Error ? error.message : String(error);
  return new ConsoleError("failed", `${escapeControls(path)} cannot be written: ${escapeControls(why)}`, {
    hint: "the folder must be there and yours, with room on its disk",
  });
}
