/** Cuts what a capsule writes into lines, and says when it is too much: so much at once, and so much in a second. Pure. */
import { Bucket } from "../../core/bucket.ts";
import { LineParser, LineTooLongError } from "../../protocol/framing.ts";
import type { ProcessLimits } from "./limits.ts";
import { NotAMessage } from "./messages.ts";

type ReadLimits = Pick<
  ProcessLimits,
  "lineBytes" | "byteBurst" | "bytesPerSecond" | "messageBurst" | "messagesPerSecond"
>;

export class LineReader {
  readonly #decoder = new TextDecoder();
  readonly #lines: LineParser;
  readonly #bytes: Bucket;
  readonly #messages: Bucket;

  /** @param steady ms, of a clock that never goes back */
  constructor(limits: ReadLimits, steady: () => number) {
    this.#lines = new LineParser(limits.lineBytes);
    this.#bytes = new Bucket(limits.byteBurst, limits.bytesPerSecond, steady);
    this.#messages = new Bucket(limits.messageBurst, limits.messagesPerSecond, steady);
  }

  /**
   * Gives `take` the lines that are whole with `chunk`.
   *
   * @throws {NotAMessage} it is a flood, or a line is too long; and what `take` throws
   */
  push(chunk: Uint8Array, take: (line: string) => void): void {
    if (this.#bytes.isEmpty) throw new NotAMessage("it flooded the connection with bytes");
    this.#bytes.take(chunk.length);
    try {
      this.#lines.push(chunk, (bytes) => {
        take(this.#decoder.decode(bytes));
        return true;
      });
    } catch (error) {
      throw error instanceof LineTooLongError ? new NotAMessage("it sent a message that is too long") : error;
    }
  }

  /** A message counts that nobody has asked for. @throws {NotAMessage} there were too many */
  count(): void {
    if (this.#messages.isEmpty) throw new NotAMessage("it flooded the connection with messages");
    this.#messages.take(1);
  }
}
