/**
 * The daemon's log: JSON lines in logs/daemon.log, rotated, credentials masked. The library costs 20 ms of start-up
 * and is wanted only after the first hello is answered, so lines wait in memory until it is loaded.
 */
import { maskSecrets } from "../domain/text.ts";
import type { Log } from "../platform/system.ts";
import { writeStderr } from "../platform/stdio.ts";

export type Level = "debug" | "info" | "warn" | "error";
const LEVELS: readonly Level[] = ["debug", "info", "warn", "error"];

interface Line {
  readonly level: Level;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly at: number;
}

/** A log file is closed and renamed at this size, bytes; as many old ones are kept. */
const MAX_BYTES = 5 * 1_048_576;
const OLD_FILES = 3;
/** Lines kept before the library is there. */
const MAX_WAITING = 1000;

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
  #write: ((line: string) => void) | undefined;
  #close: () => void = () => {};

  constructor(options: DaemonLogOptions) {
    this.#options = options;
    this.level = options.level;
  }

  debug = (message: string, fields = {}) => this.#log("debug", message, fields);
  info = (message: string, fields = {}) => this.#log("info", message, fields);
  warn = (message: string, fields = {}) => this.#log("warn", message, fields);
  error = (message: string, fields = {}) => this.#log("error", message, fields);

  /** Loads the library and writes what waited. */
  async open(): Promise<void> {
    if (this.#write !== undefined) return;
    const { getRotatingFileSink } = await import("@logtape/file");
    const sink = getRotatingFileSink(this.#options.path, {
      maxSize: MAX_BYTES,
      maxFiles: OLD_FILES,
      bufferSize: 0,
      formatter: (record) => String(record.rawMessage),
    });
    this.#write = (line) =>
      sink({ category: [], level: "info", message: [line], rawMessage: line, timestamp: 0, properties: {} });
    this.#close = () => sink[Symbol.dispose]();
    for (const line of this.#waiting.splice(0)) this.#write(render(line));
  }

  close(): void {
    this.#close();
    this.#write = undefined;
    this.#close = () => {};
  }

  #log(level: Level, message: string, fields: Readonly<Record<string, unknown>>): void {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(this.level)) return;
    const line = { level, message, fields, at: this.#options.now() };
    if (this.#options.echo) writeStderr(render(line));
    if (this.#write !== undefined) this.#write(render(line));
    else if (this.#waiting.length < MAX_WAITING) this.#waiting.push(line);
  }
}

function render({ level, message, fields, at }: Line): string {
  return maskSecrets(JSON.stringify({ ts: new Date(at).toISOString(), level, message, ...fields })) + "\n";
}
