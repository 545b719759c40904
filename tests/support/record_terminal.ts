/** A command of the real program in a terminal of its own, for pictures. */
import { type DemoHome, ended } from "./demo_home.ts";
import { eventually, within } from "./harness_wait.ts";

/** Width of the terminal in the pictures. */
export const COLUMNS = 80;
export const OUTPUT_MS = 20_000;
const CTRL_C = new TextEncoder().encode("\x03");

/** A command in a terminal, and what stands on it so far. */
export class Screen {
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<void>;
  #text = "";

  constructor(home: DemoHome, readonly words: string) {
    this.#child = home.spawnInTerminal(words, COLUMNS);
    this.#reading = this.#read();
  }

  /** Whole lines with their colours. */
  get lines(): string[] {
    // What Deno writes before the program begins: it clears a line that was never there.
    // deno-lint-ignore no-control-regex
    return this.#text.replace(/\u001b\[\d*[GJK]/g, "").split("\r\n").slice(0, -1);
  }

  async shows(what: RegExp): Promise<void> {
    // deno-lint-ignore no-control-regex
    const text = () => this.lines.join("\n").replace(/\u001b\[[\d;]*m/g, "");
    await eventually(() => what.test(text()), OUTPUT_MS, `${what} in ${this.words}`);
  }

  /** Waits until the command ends by itself. */
  async end(): Promise<void> {
    await within(this.#reading, OUTPUT_MS, `the end of ${this.words}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const keyboard = this.#child.stdin.getWriter();
    await keyboard.write(CTRL_C).catch(() => {}); // it has ended already
    await keyboard.close().catch(() => {});
    await ended(this.#child, OUTPUT_MS);
    await this.#reading;
  }

  async #read(): Promise<void> {
    for await (const chunk of this.#child.stdout.pipeThrough(new TextDecoderStream())) this.#text += chunk;
  }
}

/** All that a command prints. */
export async function shot(home: DemoHome, words: string): Promise<string[]> {
  await using screen = new Screen(home, words);
  await screen.end();
  return screen.lines;
}
