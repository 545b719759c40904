/** What a person types at this terminal, line by line or key by key, and where the questions to them are shown. */
import { stderrScreen, writeStderr } from "./stdio.ts";

/** A person with a keyboard, or whoever plays one in a test. */
export interface Keyboard {
  /** Somebody sees a question and can answer it. */
  readonly isTerminal: boolean;
  /** How wide the lines may be that are shown; absent where they are broken by whoever shows them. */
  readonly columns?: number;
  /** Shows a question, or what became of one. */
  show(text: string): void;
  /**
   * What is typed next: a line with its end, or single keys where {@link Keyboard.setRaw} asked for them. A line without
   * an end was cut off with Ctrl-D; undefined: nothing comes any more. It cannot be taken back, and another program at this
   * terminal would compete with it for the keys; who reads while another read waits, which was given up, gets what it gets.
   */
  read(): Promise<string | undefined>;
  /** Keys at once and without echo, Ctrl-C and Ctrl-D as keys; false gives the terminal back. */
  setRaw(raw: boolean): void;
}

/** How long an Escape waits for what may belong to it, such as the rest of a mark around pasted text: over ssh keys come in pieces, ms. */
export function escapeWaitMs(): number {
  const isRemote = (Deno.env.get("SSH_CONNECTION") ?? Deno.env.get("SSH_TTY")) !== undefined;
  return isRemote ? 100 : 10;
}

/** Within this time a program that is not busy hears of a signal that was sent to it, ms. */
const SIGNAL_MS = 20;

/**
 * A signal and what is typed reach the program by different ways, and the one may overtake the other: resolves when both
 * of one moment have been heard. No library: the hook loads this file.
 */
export function signalsHeard(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SIGNAL_MS));
}

/** Longer lines than this a terminal does not hand over. */
const LINE = 4096;

const decoder = new TextDecoder();
/** The read that waits. */
let reading: Promise<string | undefined> | undefined;
let forgetting = 0;

export const stdinKeyboard: Keyboard = {
  get isTerminal() {
    return Deno.stdin.isTerminal() && Deno.stderr.isTerminal();
  },
  get columns() {
    return stderrScreen().columns;
  },
  show: (text) => void writeStderr(text),
  read: () => reading ??= readRemembered().finally(() => reading = undefined),
  setRaw: (raw) => Deno.stdin.setRaw(raw),
};

/**
 * After a Ctrl-C that was a signal: what was typed in front of it and is on its way to whoever reads is no input any more. The
 * terminal itself forgets only what nobody had read.
 *
 * @returns resolves when it is over, and a question or a prompt may be shown
 */
export async function forgetTyped(): Promise<void> {
  forgetting++;
  await signalsHeard();
  forgetting--;
}

async function readRemembered(): Promise<string | undefined> {
  for (;;) {
    const text = await readStdinText();
    if (forgetting === 0 || text === undefined) return text;
  }
}

async function readStdinText(): Promise<string | undefined> {
  const buffer = new Uint8Array(LINE);
  const count = await Deno.stdin.read(buffer);
  return count === null ? undefined : decoder.decode(buffer.subarray(0, count), { stream: true });
}
