/** The counterpart of the hub: redis-server of this machine, on a unix socket, and as much of its protocol as is used. */
import { Running } from "../support/harness_process.ts";
import { eventually } from "../support/harness_wait.ts";
import { LineSocket } from "./line_socket.ts";
import { Skipped } from "./result.ts";

const LF = 10;
const STREAM = "events";
const START_MS = 10_000;
/** Lines of an answer to XREAD before its entries, and of an entry whose field and value hold no line break. */
const HEAD_LINES = 5;
const HEAD = /^\*1\r\n\*2\r\n\$\d+\r\n\w+\r\n\*(\d+)\r\n/;
const HEAD_BYTES = 64;
const ENTRY_LINES = 8;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export interface Redis extends AsyncDisposable {
  readonly socketPath: string;
  readonly version: string;
}

/** @throws {Skipped} where redis-server is not installed */
export async function startRedis(folder: string): Promise<Redis> {
  const version = await installedVersion();
  const socketPath = `${folder}/redis.sock`;
  const process = new Running([
    ...["redis-server", "--port", "0", "--unixsocket", socketPath, "--dir", folder],
    ...["--save", "", "--appendonly", "yes", "--appendfsync", "everysec", "--auto-aof-rewrite-percentage", "0"],
  ], { env: { PATH: Deno.env.get("PATH") ?? "" }, cwd: folder });
  try {
    const look = async () => (await LineSocket.connect(socketPath)).close() === undefined;
    await eventually(look, START_MS, "redis-server");
  } catch (error) {
    await process[Symbol.asyncDispose]();
    throw error;
  }
  return { socketPath, version, [Symbol.asyncDispose]: () => process[Symbol.asyncDispose]() };
}

async function installedVersion(): Promise<string> {
  try {
    const { stdout } = await new Deno.Command("redis-server", { args: ["--version"] }).output();
    return /v=(\S+)/.exec(decoder.decode(stdout))?.[1] ?? "";
  } catch {
    throw new Skipped("redis-server is not installed");
  }
}

/** Lines of an answer to XADD. */
export const ADDED_LINES = 2;

/** Adds entry `id`, counted from 1; `value` is a text without a line break. */
export function addEntry(id: number, value: string): string {
  return request(["XADD", STREAM, String(id), "event", value]);
}

/** Reads the stream from its begin, waiting for what comes. */
export class RedisReader {
  #connection: Deno.UnixConn;
  #buffer = new Uint8Array(262_144);
  #seen = 0;
  /** Entries that came and were not asked for yet. */
  #ready = 0;

  private constructor(connection: Deno.UnixConn) {
    this.#connection = connection;
  }

  static async connect(path: string): Promise<RedisReader> {
    return new RedisReader(await Deno.connect({ transport: "unix", path }));
  }

  /** Waits for `count` entries. */
  async entries(count: number): Promise<void> {
    while (this.#ready < count) this.#ready += await this.#read();
    this.#ready -= count;
  }

  close(): void {
    this.#connection.close();
  }

  /** One XREAD; gives the number of its entries. */
  async #read(): Promise<number> {
    const asked = encoder.encode(request(["XREAD", "BLOCK", "0", "STREAMS", STREAM, String(this.#seen)]));
    for (let at = 0; at < asked.length;) at += await this.#connection.write(asked.subarray(at));
    let lines = 0;
    let head = "";
    let entries = 0;
    do {
      const size = await this.#connection.read(this.#buffer);
      if (size === null) throw new Error("the connection to Redis is closed");
      if (entries === 0) {
        head += decoder.decode(this.#buffer.subarray(0, Math.min(size, HEAD_BYTES)));
        entries = Number(HEAD.exec(head)?.[1] ?? 0);
      }
      for (let i = this.#buffer.indexOf(LF); i >= 0 && i < size; i = this.#buffer.indexOf(LF, i + 1)) lines++;
    } while (entries === 0 || lines < HEAD_LINES + ENTRY_LINES * entries);
    this.#seen += entries;
    return entries;
  }
}

/** An array of bulk strings (RESP2). */
function request(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${encoder.encode(word).length}\r\n${word}\r\n`).join("")}`;
}
