/**
 * The daemon's log: JSON lines in logs/daemon.log, rotated, credentials masked. By hand: the log libraries bring
 * Node's whole layer of files along, 20 ms and 5 MB of a daemon that is to take 10. Lines wait in memory until the
 * first hello is answered.
 */
import { maskSecrets } from "../domain/text.ts";
import { denoFiles } from "../platform/deno_files.ts";
import type { AppendFile, Log } from "../platform/system.ts";
import { writeStderr } from "../platform/stdio.ts";

export type Level = "debug" | "info" | "warn" | "error";
const LEVELS: readonly Level[] = ["debug", "info", "warn", "error"];

interface Line {
  readonly level: Level;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly at: number;
}

/** A log file is closed and renamed before it passes this size, bytes; so many old ones are kept: daemon.log.1 is the youngest. */
const MAX_BYTES = 5 * 1_048_576;
const OLD_FILES = 3;
/** Lines kept before the file is open. */
const MAX_WAITING = 1000;
const encoder = new TextEncoder();

export interface DaemonLogOptions {
  readonly path: string;
  readonly level: Level;
  /** Also to stderr. */
  readonly echo: boolean;
  readonly now: () => number;
}

export class DaemonLog implements Log {
  level: Level;
  #options: DaemonLogOptions;
  #waiting: Line[] = [];
  #file: AppendFile | undefined;
  #size = 0;

  constructor(options: DaemonLogOptions) {
    this.#options = options;
    this.level = options.level;
  }

  debug = (message: string, fields = {}) => this.#log("debug", message, fields);
  info = (message: string, fields = {}) => this.#log("info", message, fields);
  warn = (message: string, fields = {}) => this.#log("warn", message, fields);
  error = (message: string, fields = {}) => this.#log("error", message, fields);

  /** Opens the file and writes what waited. @throws the OS error */
  // deno-lint-ignore require-await -- a promise, so that its failure is a rejection as everywhere in the start
  async open(): Promise<void> {
    if (this.#file !== undefined) return;
    this.#openFile();
    for (const line of this.#waiting.splice(0)) this.#write(render(line));
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  #log(level: Level, message: string, fields: Readonly<Record<string, unknown>>): void {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(this.level)) return;
    const line = { level, message, fields, at: this.#options.now() };
    if (this.#options.echo) writeStderr(render(line));
    if (this.#file !== undefined) this.#write(render(line));
    else if (this.#waiting.length < MAX_WAITING) this.#waiting.push(line);
  }

  #write(line: string): void {
    const bytes = encoder.encode(line);
    if (this.#size > 0 && this.#size + bytes.length > MAX_BYTES) quietly(() => this.#rotate());
    quietly(() => this.#file?.write(bytes));
    this.#size += bytes.length;
  }

  #openFile(): void {
    this.#file = denoFiles.append(this.#options.path, "may");
    this.#size = this.#file.size();
  }

  /** daemon.log.2 → daemon.log.3, …, daemon.log → daemon.log.1, and a new daemon.log. */
  #rotate(): void {
    const { path } = this.#options;
    const name = (age: number) => age === 0 ? path : `${path}.${age}`;
    for (let age = OLD_FILES - 1; age >= 0; age--) {
      if (denoFiles.stat(name(age)) !== undefined) denoFiles.rename(name(age), name(age + 1));
    }
    const old = this.#file;
    this.#openFile();
    old?.close();
  }
}

function render({ level, message, fields, at }: Line): string {
  return maskSecrets(JSON.stringify({ ts: new Date(at).toISOString(), level, message, ...fields })) + "\n";
}

/** What cannot be logged is lost: a full disk must not stop the daemon, and nobody is left to tell. */
function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // See above.
  }
}
