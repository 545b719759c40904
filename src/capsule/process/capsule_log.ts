/** What a capsule says to the daemon's log, by the connection and by stderr: short lines, and only so many of them. */
import { Bucket } from "../../core/bucket.ts";
import { clip } from "../../domain/sanitize.ts";
import type { Clock, Log } from "../../platform/system.ts";
import type { ProcessLimits } from "./limits.ts";
import type { CapsuleLogLine } from "./messages.ts";

export type CapsuleLogSink = (line: CapsuleLogLine | { readonly level: "stderr"; readonly text: string }) => void;

/** Of one line, UTF-16 units. */
const LOGGED = 2000;
/** Of stderr, what waits for the end of its line. */
const STDERR_LINE = 8192;
/** Of its first line, where a reason names it. */
const SHOWN_STDERR = 200;

export class CapsuleLog {
  readonly #sink: CapsuleLogSink;
  readonly #room: Bucket;
  #leftOut = 0;

  constructor(sink: CapsuleLogSink, limits: Pick<ProcessLimits, "logBurst" | "logPerSecond">, clock: Clock) {
    this.#sink = sink;
    this.#room = new Bucket(limits.logBurst, limits.logPerSecond, () => clock.steady());
  }

  line(line: Parameters<CapsuleLogSink>[0]): void {
    if (this.#room.isEmpty) {
      this.#leftOut++;
      return;
    }
    this.#room.take(1);
    const left = this.#leftOut === 0 ? "" : ` (${this.#leftOut} lines before it were left out)`;
    this.#leftOut = 0;
    this.#sink({ ...line, text: clip(line.text, LOGGED) + left });
  }

  /** Logs stderr to its end; gives its first line, which says why the process ended. Never throws. */
  async readStderr(stderr: ReadableStream<Uint8Array>): Promise<string> {
    const decoder = new TextDecoder();
    let [first, rest] = ["", ""];
    const take = (text: string) => {
      if (text.trim() === "") return;
      if (first === "") first = clip(text, SHOWN_STDERR);
      this.line({ level: "stderr", text });
    };
    try {
      for await (const chunk of stderr) {
        const whole = (rest + decoder.decode(chunk, { stream: true })).split("\n");
        rest = (whole.pop() ?? "").slice(0, STDERR_LINE);
        for (const line of whole) take(line);
      }
    } catch {
      // it is gone
    }
    take(rest);
    return first;
  }
}

/** Of the fields of one line, UTF-16 units. */
const FIELDS = 2000;

/** To the daemon's log. */
export function logCapsuleLine(log: Log, capsule: string, line: Parameters<CapsuleLogSink>[0]): void {
  const { level, text } = line;
  if (level === "stderr") return log.warn("a capsule wrote to stderr", { capsule, text });
  const fields = "fields" in line ? { fields: JSON.stringify(line.fields).slice(0, FIELDS) } : {};
  log[level]("a capsule says", { capsule, text, ...fields });
}
