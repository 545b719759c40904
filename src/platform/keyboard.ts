/** What a person types at this terminal, line by line or key by key, and where the questions to them are shown. */
import { writeStderr } from "./stdio.ts";

/** A person with a keyboard, or whoever plays one in a test. */
export interface Keyboard {
  /** Somebody sees a question and can answer it. */
  readonly isTerminal: boolean;
  /** Shows a question, or what became of one. */
  show(text: string): void;
  /**
   * What is typed next: a line with its end, or single keys where {@link Keyboard.setRaw} asked for them. A line without
   * an end was cut off with Ctrl-D; undefined: nothing comes any more. A read that nobody waited for is given to the next
   * caller, so that two never compete for one key.
   */
  read(): Promise<string | undefined>;
  /** Keys at once and without echo, Ctrl-C and Ctrl-D as keys; false gives the terminal back. */
  setRaw(raw: boolean): void;
}

/** Longer lines than this a terminal does not hand over. */
const LINE = 4096;

class StdinKeyboard implements Keyboard {
  #reading: Promise<string | undefined> | undefined;
  readonly #decoder = new TextDecoder();

  get isTerminal(): boolean {
    return Deno.stdin.isTerminal() && Deno.stderr.isTerminal();
  }

  show(text: string): void {
    writeStderr(text);
  }

  read(): Promise<string | undefined> {
    return this.#reading ??= this.#next().finally(() => this.#reading = undefined);
  }

  async #next(): Promise<string | undefined> {
    const buffer = new Uint8Array(LINE);
    const count = await Deno.stdin.read(buffer);
    return count === null ? undefined : this.#decoder.decode(buffer.subarray(0, count), { stream: true });
  }

  setRaw(raw: boolean): void {
    Deno.stdin.setRaw(raw);
  }
}

export const stdinKeyboard: Keyboard = new StdinKeyboard();
