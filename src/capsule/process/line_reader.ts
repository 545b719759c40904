/** Cuts what a capsule writes into lines, and says when it is too much. Pure. */
import type { ProcessLimits } from "./limits.ts";
import { NotAMessage } from "./messages.ts";

export class LineReader {
  readonly #limits: Pick<ProcessLimits, "lineBytes" | "bytesPerSecond" | "messagesPerSecond">;
  readonly #decoder = new TextDecoder();
  #parts: string[] = [];
  #lineBytes = 0;
  #begin: number;
  #bytes = 0;
  #messages = 0;

  /** @param now ms, of a clock that never goes back */
  constructor(limits: Pick<ProcessLimits, "lineBytes" | "bytesPerSecond" | "messagesPerSecond">, now: number) {
    this.#limits = limits;
    this.#begin = now;
  }

  /** The lines that are whole with `chunk`. @throws {NotAMessage} it is a flood, or a line is too long */
  *take(chunk: Uint8Array, now: number): Generator<string> {
    this.#second(now);
    this.#bytes += chunk.length;
    if (this.#bytes > this.#limits.bytesPerSecond) throw new NotAMessage("it flooded the channel with bytes");
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
      this.#grow(end - from);
      const line = this.#parts.join("") + this.#decoder.decode(chunk.subarray(from, end));
      this.#parts = [];
      this.#lineBytes = 0;
      from = end + 1;
      yield line;
    }
    this.#grow(chunk.length - from);
    if (from < chunk.length) this.#parts.push(this.#decoder.decode(chunk.subarray(from), { stream: true }));
  }

  /** A message counts that nobody has asked for. @throws {NotAMessage} there were too many in this second */
  count(now: number): void {
    this.#second(now);
    if (++this.#messages > this.#limits.messagesPerSecond) {
      throw new NotAMessage("it flooded the channel with messages");
    }
  }

  #grow(bytes: number): void {
    this.#lineBytes += bytes;
    if (this.#lineBytes > this.#limits.lineBytes) throw new NotAMessage("it sent a message that is too long");
  }

  #second(now: number): void {
    if (now - this.#begin < 1000) return;
    this.#begin = now;
    this.#bytes = 0;
    this.#messages = 0;
  }
}
