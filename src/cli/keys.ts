/**
 * Single keys from the keyboard. The terminal is given back however this ends: at the end of the command, at an error, at
 * TERM, HUP and QUIT.
 */
import type { Keyboard } from "../platform/keyboard.ts";
import { exit, onSignal, type Signal } from "../platform/process.ts";
import { interrupted } from "./ask.ts";
import { ENDED_BY_SIGNAL } from "./exit_meanings.ts";

const ENDS = Object.entries(ENDED_BY_SIGNAL) as readonly (readonly [Signal, number])[];

const CTRL_C = "\x03";
const CTRL_D = "\x04";

/** Keys that came together, and when: pasted text and an arrow key come as several at once. */
interface Typed {
  readonly keys: string;
  /** ms since 1970. */
  readonly at: number;
}

export class Keys implements Disposable {
  readonly #keyboard: Keyboard;
  readonly #interrupt = new AbortController();
  readonly #offs: readonly (() => void)[];
  /** A read that goes on while another question is shown: its key belongs to that. */
  #reading: Promise<Typed | undefined> | undefined;
  #isRaw = false;
  #isPaging = false;

  /** The caller has taken the signals: from here on Ctrl-C is heard of here alone. */
  constructor(keyboard: Keyboard) {
    this.#keyboard = keyboard;
    const ends = ENDS.map(([name, code]) =>
      onSignal(name, () => {
        this.#giveBack();
        exit(code);
      })
    );
    // In the pager it is the pager's own affair.
    const interrupt = onSignal("SIGINT", () => {
      if (!this.#isPaging) this.#interrupt.abort();
    });
    this.#offs = [...ends, interrupt];
    this.#raw(true);
  }

  /** Fires on Ctrl-C at a question by lines, and where somebody sends INT. */
  get signal(): AbortSignal {
    return this.#interrupt.signal;
  }

  /**
   * The next keys; undefined where `other` came first.
   *
   * @throws {CommandEnded} 130 on Ctrl-C, Ctrl-D and the end of input
   */
  async next(other: Promise<unknown>): Promise<Typed | undefined> {
    const aborted = Promise.withResolvers<"end">();
    const end = () => aborted.resolve("end");
    if (this.signal.aborted) end();
    this.signal.addEventListener("abort", end, { once: true });
    try {
      this.#reading ??= this.#keyboard.read().then((keys) => keys === undefined ? undefined : { keys, at: Date.now() });
      const typed = await Promise.race([
        aborted.promise,
        this.#reading.then((got) => got ?? "end" as const),
        other.then(() => undefined),
      ]);
      if (typed === undefined) return undefined;
      this.#reading = undefined;
      if (typed === "end" || typed.keys.includes(CTRL_C) || typed.keys.includes(CTRL_D)) {
        throw interrupted(this.#keyboard);
      }
      return typed;
    } finally {
      this.signal.removeEventListener("abort", end);
    }
  }

  /** Runs what needs the terminal as it was: a question by lines, the pager. Only after a key was taken. */
  async lent<T>(work: () => Promise<T>): Promise<T> {
    this.#raw(false);
    try {
      return await work();
    } finally {
      this.#raw(true);
    }
  }

  /** {@link lent} to a pager, which takes Ctrl-C itself. */
  async paged<T>(work: () => Promise<T>): Promise<T> {
    this.#isPaging = true;
    try {
      return await this.lent(work);
    } finally {
      this.#isPaging = false;
    }
  }

  [Symbol.dispose](): void {
    for (const off of this.#offs) off();
    this.#raw(false);
  }

  /** Also a terminal that is gone, as after HUP. */
  #giveBack(): void {
    try {
      this.#raw(false);
    } catch {
      // There is none to give back.
    }
  }

  #raw(raw: boolean): void {
    if (this.#isRaw === raw) return;
    this.#keyboard.setRaw(raw);
    this.#isRaw = raw;
  }
}
