/**
 * What one capsule keeps over its end: keys and JSON values in one file, bounded by the bytes that were granted. A change
 * is answered when it is in the file; changes that come close together are written together.
 */
import { ConsoleError } from "../../protocol/errors.ts";
import type { DeadlineClock } from "./deadlines.ts";
import type { KvFiles } from "./ports.ts";

export interface KvOptions {
  readonly name: string;
  readonly files: KvFiles;
  readonly clock: DeadlineClock;
  /** Between two writes. */
  readonly everyMs: number;
}

export class KvStore {
  readonly #options: KvOptions;
  /** The values as JSON. Undefined until the first call. */
  #values: Map<string, string> | undefined;
  #bytes = 0;
  /** As in the file: what a write that fails goes back to. */
  #saved: ReadonlyMap<string, string> = new Map();
  #written = -Infinity;
  /** The write that a change of now will be in. */
  #writing: Promise<void> | undefined;
  /** All keys and values together, as UTF-8: what is granted. */
  maxBytes: number;

  constructor(options: KvOptions, maxBytes: number) {
    this.#options = options;
    this.maxBytes = maxBytes;
  }

  /** Undefined where there is none. @throws {ConsoleError} `forbidden`, `failed` */
  get(key: string): unknown {
    const text = this.#load().get(key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  /** @throws {ConsoleError} `forbidden`, `too_large`, `failed`: all is as before */
  async set(key: string, value: unknown): Promise<void> {
    const values = this.#load();
    const text = JSON.stringify(value) ?? "null";
    const more = bytesOf(key, text) - (values.has(key) ? bytesOf(key, values.get(key) ?? "") : 0);
    if (more > 0 && this.#bytes + more > this.maxBytes) {
      throw new ConsoleError(
        "too_large",
        `its keys and values would be more than the ${this.maxBytes} bytes that are granted`,
      );
    }
    values.set(key, text);
    this.#bytes += more;
    await this.#write();
  }

  /** @throws {ConsoleError} `forbidden`, `failed` */
  async delete(key: string): Promise<void> {
    const values = this.#load();
    const text = values.get(key);
    if (text === undefined) return;
    values.delete(key);
    this.#bytes -= bytesOf(key, text);
    await this.#write();
  }

  /** Sorted. @throws {ConsoleError} `forbidden`, `failed` */
  list(prefix: string): string[] {
    return [...this.#load().keys().filter((key) => key.startsWith(prefix))].sort();
  }

  /** Its capsule has ended: all changes are in the file, or gone with it. @param forget @throws the OS error */
  async close(forget: boolean): Promise<void> {
    await this.#writing?.catch(() => {});
    this.#values = undefined; // read anew where it is granted again
    if (forget) this.#options.files.remove(this.#options.name);
  }

  #load(): Map<string, string> {
    const { name, files } = this.#options;
    if (this.maxBytes === 0) throw new ConsoleError("forbidden", "no bytes are granted to it for keys and values (kv)");
    if (this.#values !== undefined) return this.#values;
    try {
      const pairs: unknown = JSON.parse(files.read(name) ?? "[]");
      const values = new Map(
        (pairs as [string, unknown][]).map(([key, value]) => [String(key), JSON.stringify(value)]),
      );
      this.#saved = new Map(values);
      this.#bytes = bytesOfAll(values);
      return this.#values = values;
    } catch (error) {
      throw new ConsoleError("failed", `its file of keys and values cannot be read: ${(error as Error).message}`);
    }
  }

  #write(): Promise<void> {
    return this.#writing ??= this.#writeSoon();
  }

  async #writeSoon(): Promise<void> {
    const { name, files, clock, everyMs } = this.#options;
    const ms = this.#written + everyMs - clock.steady();
    if (ms > 0) await new Promise<void>((resolve) => void clock.setTimer(ms, resolve));
    else await Promise.resolve();
    this.#writing = undefined; // what is changed from here on is not in this write
    this.#written = clock.steady();
    const values = this.#values;
    if (values === undefined) return;
    try {
      files.write(name, `[${Array.from(values, ([key, text]) => `[${JSON.stringify(key)},${text}]`).join(",\n")}]\n`);
      this.#saved = new Map(values);
    } catch (error) {
      this.#values = new Map(this.#saved); // each change of this write is refused
      this.#bytes = bytesOfAll(this.#saved);
      throw new ConsoleError("failed", `its file of keys and values cannot be written: ${(error as Error).message}`);
    }
  }
}

function bytesOfAll(values: ReadonlyMap<string, string>): number {
  return values.entries().reduce((sum, [key, text]) => sum + bytesOf(key, text), 0);
}

function bytesOf(key: string, text: string): number {
  return new TextEncoder().encode(key + text).length;
}
