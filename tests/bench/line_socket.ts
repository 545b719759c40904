/** A unix socket that is read line by line with as little work of its own as possible: it is part of what is timed. */
import { pause } from "../support/harness_wait.ts";

const LF = 10;
/** Between two tries to connect to a process that is coming up, ms. */
const LOOK_MS = 1;
/** A start may read a journal of a million records. */
const START_MS = 120_000;

export class LineSocket {
  #connection: Deno.UnixConn;
  #buffer = new Uint8Array(65_536);
  /** Lines that came with an earlier one. */
  #ready = 0;

  constructor(connection: Deno.UnixConn) {
    this.#connection = connection;
  }

  static async connect(path: string): Promise<LineSocket> {
    return new LineSocket(await Deno.connect({ transport: "unix", path }));
  }

  /** Connects as soon as somebody listens. */
  static async patiently(path: string): Promise<LineSocket> {
    const end = performance.now() + START_MS;
    for (;;) {
      try {
        return await LineSocket.connect(path);
      } catch (error) {
        if (performance.now() > end) throw error;
      }
      await pause(LOOK_MS);
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
  }

  /** Waits for the ends of `count` lines. */
  async lines(count: number): Promise<void> {
    while (this.#ready < count) {
      const size = await this.#connection.read(this.#buffer);
      if (size === null) throw new Error("the connection is closed");
      for (let i = this.#buffer.indexOf(LF); i >= 0 && i < size; i = this.#buffer.indexOf(LF, i + 1)) this.#ready++;
    }
    this.#ready -= count;
  }

  close(): void {
    this.#connection.close();
  }
}
