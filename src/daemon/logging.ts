/**
 * The daemon's log: JSON lines in logs/daemon.log, rotated, credentials masked. The library costs 10 ms of start-up and
 * is needed only after the first hello has its reply, so lines wait in memory until it is loaded. Its own file sink is
 * not used: it loads Node's file layer, another 3 MB of memory.
 */
import type { LogRecord } from "@logtape/logtape";
import { maskSecrets } from "../domain/mask.ts";
import { escapeControls, visibleJson } from "../domain/sanitize.ts";
import { denoFiles } from "../platform/deno_files.ts";
import type { Log } from "../platform/system.ts";
import { writeStderr } from "../platform/stdio.ts";
import { RotatingFile } from "./rotating_file.ts";

type LogTape = typeof import("./log_library.ts");

/** Our levels and the library's names for them. */
const LEVELS = { debug: "debug", info: "info", warn: "warning", error: "error" } as const;
export type Level = keyof typeof LEVELS;
type Fields = Readonly<Record<string, unknown>>;

const CATEGORY = "agent-console";
const MAX_BYTES = 5 * 1_048_576;
const OLD_FILES = 3;
/** Lines kept before the library is there. */
const MAX_WAITING = 1000;

export interface DaemonLogOptions {
  readonly path: string;
  readonly level: Level;
  /** Also to stderr. */
  readonly echo: boolean;
}

export class DaemonLog implements Log {
  #options: DaemonLogOptions;
  #level: Level;
  #waiting: (readonly [Level, string, Fields])[] = [];
  #library: LogTape | undefined;
  #file: RotatingFile | undefined;

  constructor(options: DaemonLogOptions) {
    this.#options = options;
    this.#level = options.level;
  }

  set level(level: Level) {
    this.#level = level;
    this.#configure();
  }

  debug = (message: string, fields: Fields = {}) => this.#log("debug", message, fields);
  info = (message: string, fields: Fields = {}) => this.#log("info", message, fields);
  warn = (message: string, fields: Fields = {}) => this.#log("warn", message, fields);
  error = (message: string, fields: Fields = {}) => this.#log("error", message, fields);

  /** Loads the library and writes what waited. @throws the OS error of the file */
  async open(): Promise<void> {
    if (this.#file !== undefined) return;
    this.#library = await import("./log_library.ts");
    const { path } = this.#options;
    this.#file = new RotatingFile({ path, maxBytes: MAX_BYTES, oldFiles: OLD_FILES, files: denoFiles });
    this.#configure();
    for (const [level, message, fields] of this.#waiting.splice(0)) this.#log(level, message, fields);
  }

  close(): void {
    this.#library?.resetSync();
    this.#library = undefined;
    this.#file?.close();
    this.#file = undefined;
  }

  #log(level: Level, message: string, fields: Fields): void {
    if (this.#library !== undefined) this.#library.getLogger(CATEGORY)[LEVELS[level]](message, { ...fields });
    else if (this.#waiting.length < MAX_WAITING) this.#waiting.push([level, message, fields]);
  }

  #configure(): void {
    const file = this.#file;
    if (this.#library === undefined || file === undefined) return;
    this.#library.configureSync({
      reset: true,
      sinks: {
        file: (record) => file.write(render(record) + "\n"),
        // Terminals interpret more characters than JSON escapes.
        stderr: (record) => void writeStderr(escapeControls(render(record)) + "\n"),
      },
      loggers: [
        {
          category: CATEGORY,
          lowestLevel: LEVELS[this.#level],
          sinks: this.#options.echo ? ["file", "stderr"] : ["file"],
        },
        { category: ["logtape", "meta"], lowestLevel: "error", sinks: ["file"] },
      ],
    });
  }
}

const NAMES = Object.fromEntries(Object.entries(LEVELS).map(([ours, theirs]) => [theirs, ours]));

function render({ timestamp, level, rawMessage, properties }: LogRecord): string {
  const line = {
    ts: new Date(timestamp).toISOString(),
    level: NAMES[level],
    message: String(rawMessage),
    ...properties,
  };
  return maskSecrets(visibleJson(line));
}
