/**
 * The terminal as a device: what is typed as bytes, the size, the signals, and raw mode that is undone whatever happens.
 * What is drawn, and which modes of the screen that takes, is the affair of whoever uses it.
 *
 * Ctrl-C and Ctrl-Z stay signals, so that they reach the whole job as in any program.
 */
import { onUncaught } from "./process.ts";
import { writeStdout } from "./stdio.ts";

const ENDINGS = ["SIGTERM", "SIGHUP", "SIGQUIT"] as const;

export type DeviceEnd =
  | { readonly why: typeof ENDINGS[number] | "input" }
  | { readonly why: "error"; readonly error: unknown };

export interface TerminalDeviceHandlers {
  /** What came in one read. */
  readonly onInput: (bytes: Uint8Array) => void;
  readonly onResize: () => void;
  /** The screen is to be given back now: the job stops, or the process ends. Raw mode is undone behind it. */
  readonly onRelease: () => void;
  /** After `fg`: raw mode is on again. Where SIGSTOP came from outside there was no {@link onRelease} before. */
  readonly onContinue: () => void;
  /** Somebody ends us, the terminal is gone, or nobody caught an error. The terminal is given back already. */
  readonly onEnd: (end: DeviceEnd) => void;
}

export class TerminalDevice {
  readonly #handlers: TerminalDeviceHandlers;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #stopListening: readonly (() => void)[];
  #isRaw = false;
  #isOpen = true;

  /** Keys come at once and without echo from now on. @throws the OS error where there is no terminal */
  constructor(handlers: TerminalDeviceHandlers) {
    this.#handlers = handlers;
    this.#setRaw(true);
    const release = () => this.#release();
    globalThis.addEventListener("unload", release); // Deno.exit, and the end of the event loop
    this.#stopListening = [
      () => globalThis.removeEventListener("unload", release),
      // Deno fires no `unload` for what nobody caught.
      onUncaught((error) => this.#end({ why: "error", error })),
      listen("SIGWINCH", () => handlers.onResize()),
      listen("SIGTSTP", () => this.#stop()),
      listen("SIGCONT", () => this.#continue()),
      ...ENDINGS.map((why) => listen(why, () => this.#end({ why }))),
    ];
    this.#reader = Deno.stdin.readable.getReader();
    void this.#read();
  }

  /** Columns and rows as they are now; 80×24 where the terminal does not say. */
  get size(): { readonly columns: number; readonly rows: number } {
    try {
      const { columns, rows } = Deno.consoleSize();
      if (columns > 0 && rows > 0) return { columns, rows };
    } catch {
      // The terminal is gone: the end of the input tells it.
    }
    return { columns: 80, rows: 24 };
  }

  /** Never throws: the end of the input tells that the terminal is gone. */
  write(text: string): void {
    try {
      writeStdout(text);
    } catch {
      // EIO of a terminal that hung up.
    }
  }

  /** As Ctrl-Z: the whole job stops, because a script around us would else hold a terminal that nobody reads. */
  stopJob(): void {
    Deno.kill(0, "SIGTSTP");
  }

  /** Gives the terminal back; twice is fine. */
  close(): void {
    if (!this.#isOpen) return;
    this.#release();
    this.#isOpen = false;
    for (const stop of this.#stopListening) stop();
    void this.#reader.cancel().catch(() => {});
  }

  /** SIGTSTP with a listener does not stop us, so we stop ourselves once the terminal is given back. */
  #stop(): void {
    this.#release();
    Deno.kill(Deno.pid, "SIGSTOP");
  }

  /** Also where somebody else stopped us: the shell has set the terminal for itself since. */
  #continue(): void {
    try {
      this.#setRaw(true);
    } catch {
      return this.#end({ why: "input" });
    }
    this.#handlers.onContinue();
  }

  #end(end: DeviceEnd): void {
    if (!this.#isOpen) return;
    this.close();
    this.#handlers.onEnd(end);
  }

  #release(): void {
    if (!this.#isRaw) return;
    try {
      this.#handlers.onRelease();
    } finally {
      try {
        this.#setRaw(false);
      } catch {
        // The terminal is gone: there is nothing to give back.
      }
    }
  }

  #setRaw(raw: boolean): void {
    this.#isRaw = raw;
    Deno.stdin.setRaw(raw, raw ? { cbreak: true } : undefined);
  }

  async #read(): Promise<void> {
    for (;;) {
      // An error: the terminal is gone.
      const { done, value } = await this.#reader.read().catch(() => ({ done: true, value: undefined }));
      if (done || value === undefined) return this.#end({ why: "input" });
      if (this.#isRaw) this.#handlers.onInput(value);
    }
  }
}

function listen(signal: Deno.Signal, action: () => void): () => void {
  Deno.addSignalListener(signal, action);
  return () => Deno.removeSignalListener(signal, action);
}
