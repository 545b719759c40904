/**
 * The capsule's end of its connection with the daemon, over stdin and stdout: JSON-RPC 2.0, a message a line. Messages are
 * put together as text around the capsule's values, and lists have no prototype, so that nothing a capsule does to shared
 * objects changes them.
 */
import type { CapsuleStreams } from "../platform/capsule_streams.ts";
import { intrinsics } from "./intrinsics.ts";
import { SendPace } from "./pace.ts";

const { parse, stringify, hasOwn, text, indexOf, slice, subarray, encode, decode, now, later } = intrinsics;

/** As the daemon sends it: a request where it has an id, or else a notification. */
export interface DaemonMessage {
  readonly id?: number;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** A longer line would have the daemon kill us, bytes. */
const MAX_LINE = 1_048_576;
/** An answer of no more bytes waits for nothing: the daemon measures by those of pings whether we hang. */
const SMALL = 1024;
/** Lines of the log that wait for their place; more of them are left out. */
const MAX_LOGS = 500;

export class DaemonConnection {
  readonly #streams: CapsuleStreams;
  readonly #pace = new SendPace(now);
  readonly #waiting: Record<number, Waiting> = Object.create(null);
  #lastId = 0;
  #logs = 0;
  #dropped = 0;

  constructor(streams: CapsuleStreams) {
    this.#streams = streams;
  }

  /**
   * Hands on what comes, to the end of stdin.
   *
   * @param handle its result is the answer to a request, its error too
   */
  async serve(handle: (message: DaemonMessage) => Promise<unknown>): Promise<void> {
    const buffer = new Uint8Array(65_536);
    let rest = "";
    for (let count = await this.#streams.read(buffer); count !== null; count = await this.#streams.read(buffer)) {
      rest += decode(subarray(buffer, 0, count), { stream: true });
      let from = 0;
      for (let end = indexOf(rest, "\n", from); end >= 0; end = indexOf(rest, "\n", from)) {
        this.#take(parse(slice(rest, from, end)), handle);
        from = end + 1;
      }
      rest = slice(rest, from);
    }
  }

  /** Calls the daemon. @throws Error with what it says */
  async call(method: string, params: string): Promise<unknown> {
    const id = ++this.#lastId;
    const line = `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${params}}`;
    await this.#turn(1, line);
    const answer = new Promise((resolve, reject) => this.#waiting[id] = { resolve, reject });
    this.#send(line);
    return await answer;
  }

  /** A line of the log; what is too much is counted. */
  async log(level: string, words: string, fields?: string): Promise<void> {
    if (this.#logs >= MAX_LOGS) {
      this.#dropped++;
      return;
    }
    this.#logs++;
    await this.#turn(1, words + (fields ?? ""));
    this.#logs--;
    const left = this.#dropped === 0 ? "" : ` (${this.#dropped} lines before it were left out)`;
    this.#dropped = 0;
    const params = `{"level":"${level}","text":${stringify(words + left)}${
      fields === undefined ? "" : `,"fields":${fields}`
    }}`;
    const line = `{"jsonrpc":"2.0","method":"log","params":${params}}`;
    if (line.length < MAX_LINE / 4) this.#send(line);
    else this.#send(`{"jsonrpc":"2.0","method":"log","params":{"level":"${level}","text":"a line too long to log"}}`);
  }

  #take(message: DaemonMessage | Answer, handle: (message: DaemonMessage) => Promise<unknown>): void {
    if (!hasOwn(message, "method")) return this.#answered(message as Answer);
    const asked = message as DaemonMessage;
    void this.#answer(hasOwn(asked, "id") ? asked.id : undefined, handle(asked));
  }

  async #answer(id: number | undefined, outcome: Promise<unknown>): Promise<void> {
    let line: string;
    try {
      const result = await outcome;
      line = `{"jsonrpc":"2.0","id":${id},"result":${stringify(result) ?? "null"}}`;
      if (line.length * 3 >= MAX_LINE && encode(line).length >= MAX_LINE) throw new Error("the answer is over 1 MiB");
    } catch (error) {
      line = `{"jsonrpc":"2.0","id":${id},"error":{"code":-32000,"message":${stringify(errorWords(error))}}}`;
    }
    if (id === undefined) return;
    if (line.length > SMALL) await this.#turn(0, line);
    this.#send(line);
  }

  #answered(answer: Answer): void {
    const waiting = this.#waiting[answer.id];
    if (waiting === undefined) return;
    delete this.#waiting[answer.id];
    if (hasOwn(answer, "error") && answer.error !== undefined) waiting.reject(new Error(answer.error.message));
    else waiting.resolve(answer.result);
  }

  async #turn(messages: number, content: string): Promise<void> {
    const ms = this.#pace.next(messages, encode(content).length);
    if (ms > 0) await new Promise<void>((resolve) => later(resolve, ms));
  }

  #send(line: string): void {
    const bytes = encode(`${line}\n`);
    if (bytes.length > MAX_LINE) throw new Error("what is sent is over 1 MiB");
    this.#streams.write(bytes);
  }
}

/** An error of the capsule in words, its first 2,000 units. */
export function errorWords(error: unknown): string {
  try {
    const words = error instanceof Error ? error.message : text(error);
    return slice(words === "" ? "an error without words" : words, 0, 2000);
  } catch {
    return "an error that has no words";
  }
}
