/** A unix socket in the hands of a test: bytes in, bytes out, every wait with a deadline. */
import { eventually, within } from "./harness_wait.ts";

const encoder = new TextEncoder();

export class RawSocket {
  readonly #conn: Deno.UnixConn;
  #received: Uint8Array[] = [];
  #length = 0;
  #open = true;

  private constructor(conn: Deno.UnixConn) {
    this.#conn = conn;
  }

  static async connect(path: string, ms = 5000): Promise<RawSocket> {
    return new RawSocket(await within(Deno.connect({ transport: "unix", path }), ms, `a connection to ${path}`));
  }

  /** Writes all bytes; a peer that is gone makes it throw. */
  async write(data: string | Uint8Array, ms = 10_000): Promise<void> {
    let rest = typeof data === "string" ? encoder.encode(data) : data;
    while (rest.length > 0) {
      const taken = await within(this.#conn.write(rest), ms, "the peer to read");
      rest = rest.subarray(taken);
    }
  }

  /** Writes without a failure where the peer has closed: it is right to, and its answer is still to be read. */
  async push(data: string | Uint8Array, ms = 10_000): Promise<boolean> {
    try {
      await this.write(data, ms);
      return true;
    } catch (error) {
      if (isGone(error)) return false;
      throw error;
    }
  }

  async closeWrite(): Promise<void> {
    await this.#conn.closeWrite();
  }

  /** Reads once; undefined at the end of the stream (a reset is an end, too). */
  async read(ms = 10_000): Promise<Uint8Array | undefined> {
    const buffer = new Uint8Array(65_536);
    let n: number | null;
    try {
      n = await within(this.#conn.read(buffer), ms, "bytes or the end of the stream");
    } catch (error) {
      if (!isGone(error)) throw error;
      n = null;
    }
    if (n === null) return undefined;
    const chunk = buffer.slice(0, n);
    this.#received.push(chunk);
    this.#length += n;
    return chunk;
  }

  /** Everything until the peer closes. */
  async readToEnd(ms = 10_000): Promise<string> {
    const end = performance.now() + ms;
    while (await this.read(Math.max(1, end - performance.now())) !== undefined);
    return this.text();
  }

  /** Reads until `count` lines are there or the peer closes; gives the lines so far. */
  async readLines(count: number, ms = 10_000): Promise<string[]> {
    const end = performance.now() + ms;
    while (this.#lineCount() < count) {
      if (await this.read(Math.max(1, end - performance.now())) === undefined) break;
    }
    return this.text().split("\n").filter((line) => line !== "");
  }

  text(): string {
    const all = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#received) {
      all.set(part, at);
      at += part.length;
    }
    this.#received = [all];
    return new TextDecoder().decode(all);
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#conn.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #lineCount(): number {
    let count = 0;
    for (const part of this.#received) for (const byte of part) if (byte === 10) count++;
    return count;
  }
}

export function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.NotConnected || error instanceof Deno.errors.BadResource ||
    error instanceof Deno.errors.Interrupted;
}

/** Somebody else's listener at a socket path: counts what it gets, answers what the test says (default: nothing). */
export class Impostor {
  connections = 0;
  receivedBytes = 0;
  readonly #listener: Deno.UnixListener;
  readonly #conns = new Set<Deno.UnixConn>();
  readonly #answer: (line: string) => string | undefined;
  readonly #serving: Promise<void>;

  constructor(path: string, answer: (line: string) => string | undefined = () => undefined) {
    this.#listener = Deno.listen({ transport: "unix", path });
    this.#answer = answer;
    this.#serving = this.#serve();
  }

  /** Waits until a client has come. */
  async met(ms: number): Promise<void> {
    await eventually(() => this.connections > 0, ms, "a client at the impostor's socket");
  }

  /** Closes every connection; new ones may still come. */
  hangUp(): void {
    for (const conn of this.#conns) conn.close();
    this.#conns.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.hangUp();
    await this.#serving;
  }

  async #serve(): Promise<void> {
    const talks: Promise<void>[] = [];
    try {
      for await (const conn of this.#listener) {
        this.connections++;
        this.#conns.add(conn);
        talks.push(this.#talk(conn));
      }
    } catch (error) {
      if (!isGone(error)) throw error;
    }
    await Promise.allSettled(talks);
  }

  async #talk(conn: Deno.UnixConn): Promise<void> {
    const buffer = new Uint8Array(65_536);
    const decoder = new TextDecoder();
    let text = "";
    try {
      for (let n = await conn.read(buffer); n !== null; n = await conn.read(buffer)) {
        this.receivedBytes += n;
        text += decoder.decode(buffer.subarray(0, n), { stream: true });
        const lines = text.split("\n");
        text = lines.pop() ?? "";
        for (const line of lines) {
          const reply = this.#answer(line);
          if (reply !== undefined) await conn.write(encoder.encode(reply + "\n"));
        }
      }
    } catch (error) {
      if (!isGone(error)) throw error;
    } finally {
      if (this.#conns.delete(conn)) conn.close();
    }
  }
}
