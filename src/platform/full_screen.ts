/**
 * A terminal taken over for a while: the alternate screen, single keys, and the terminal given back whatever ends it.
 * Ctrl-C and Ctrl-Z stay signals, so that they reach the whole job as in any program.
 */
import { writeStdout } from "./stdio.ts";

/** Alternate screen, no caret, no line wrap; and back. */
const ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J";
const LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l";
/** A terminal shows what stands between these at once, or ignores both. */
const FRAME = { begin: "\x1b[?2026h", end: "\x1b[?2026l" };

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

export interface FullScreenHandlers {
  /**
   * A key as the terminal sends it: a character, or an escape sequence.
   *
   * @param alone false where others came in the same read, as in a text that is pasted
   */
  readonly onKey: (key: string, alone: boolean) => void;
  /** The size has changed, or the terminal was given back for a while: all must be drawn. */
  readonly onRedraw: () => void;
  /** The terminal is gone, or somebody ends us: `SIGTERM`, `SIGHUP`, the end of stdin. */
  readonly onEnd: (why: "SIGTERM" | "SIGHUP" | "input") => void;
}

export class FullScreen {
  readonly #handlers: FullScreenHandlers;
  readonly #signals: [Deno.Signal, () => void][];
  /** What stands on the screen, line by line. */
  #shown: readonly string[] = [];
  #isTaken = false;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;

  constructor(handlers: FullScreenHandlers) {
    this.#handlers = handlers;
    this.#signals = [
      ["SIGWINCH", () => this.#again()],
      ["SIGTSTP", () => this.#suspend()],
      ["SIGCONT", () => this.#resume()],
      ["SIGTERM", () => handlers.onEnd("SIGTERM")],
      ["SIGHUP", () => handlers.onEnd("SIGHUP")],
    ];
  }

  take(): void {
    for (const [signal, listener] of this.#signals) Deno.addSignalListener(signal, listener);
    this.#enter();
    void this.#read();
  }

  /** Gives the terminal back; twice is fine. */
  release(): void {
    for (const [signal, listener] of this.#signals) Deno.removeSignalListener(signal, listener);
    this.#leave();
    void this.#reader?.cancel().catch(() => {});
  }

  /** Columns and rows as they are now. */
  get size(): ScreenSize {
    try {
      const { columns, rows } = Deno.consoleSize();
      if (columns > 0 && rows > 0) return { columns, rows };
    } catch {
      // The terminal is gone: `onEnd` comes.
    }
    return { columns: 80, rows: 24 };
  }

  /** Shows `lines` from the top; writes those that are not on the screen yet. False where nobody reads any more. */
  draw(lines: readonly string[]): boolean {
    if (!this.#isTaken) return true;
    const changed = Array.from({ length: Math.max(lines.length, this.#shown.length) }, (_, i) => i)
      .filter((i) => lines[i] !== this.#shown[i]);
    this.#shown = lines;
    if (changed.length === 0) return true;
    const text = changed.map((i) => `\x1b[${i + 1};1H\x1b[K${lines[i] ?? ""}\x1b[0m`).join("");
    return writeStdout(FRAME.begin + text + FRAME.end);
  }

  bell(): void {
    if (this.#isTaken) writeStdout("\x07");
  }

  #enter(): void {
    if (this.#isTaken) return;
    Deno.stdin.setRaw(true, { cbreak: true });
    this.#isTaken = true;
    this.#shown = [];
    writeStdout(ENTER);
  }

  #leave(): void {
    if (!this.#isTaken) return;
    this.#isTaken = false;
    try {
      writeStdout(LEAVE);
      Deno.stdin.setRaw(false);
    } catch {
      // The terminal is gone: there is nothing to give back.
    }
  }

  /** Ctrl-Z: SIGTSTP with a listener does not stop us, so we stop once the terminal is given back. */
  #suspend(): void {
    this.#leave();
    Deno.kill(Deno.pid, "SIGSTOP");
  }

  #resume(): void {
    this.#enter();
    this.#handlers.onRedraw();
  }

  #again(): void {
    this.#shown = [];
    if (this.#isTaken) writeStdout("\x1b[2J");
    this.#handlers.onRedraw();
  }

  async #read(): Promise<void> {
    const reader = this.#reader = Deno.stdin.readable.getReader();
    const text = new TextDecoder();
    for (;;) {
      // An error: the terminal is gone.
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
      if (done) return this.#handlers.onEnd("input");
      const keys = keysIn(text.decode(value, { stream: true }));
      if (this.#isTaken) { for (const key of keys) this.#handlers.onKey(key, keys.length === 1); }
    }
  }
}

/** Keys of one read: escape sequences whole, anything else a character each. */
function keysIn(text: string): readonly string[] {
  // deno-lint-ignore no-control-regex
  return text.match(/\x1b(?:\[[0-9;?]*[ -/]*[@-~]|O.)|[\s\S]/gu) ?? [];
}
