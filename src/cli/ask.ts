/**
 * Questions to the person at the terminal. Ctrl-C and Ctrl-D at any of them end the program with 130 at once: nothing
 * that was asked about happens. So each waits for the keyboard without blocking the program, which would hear of the
 * Ctrl-C only after the next line.
 */
import { escapeControls } from "../domain/sanitize.ts";
import { type Keyboard, signalsHeard, stdinKeyboard } from "../platform/keyboard.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { type Row, rowLines } from "../view/candidates.ts";
import { wrapMessage } from "../view/text_fit.ts";
import type { CommandContext } from "./context.ts";
import { CommandEnded, INTERRUPTED } from "./tree/shared.ts";

type Asker = Pick<CommandContext, "signal">;

/** What the caller's person typed next. @throws {CommandEnded} 130 on Ctrl-C, Ctrl-D and the end of input */
async function nextInput({ signal }: Asker, keyboard: Keyboard): Promise<string> {
  const ended = Promise.withResolvers<undefined>();
  const end = () => ended.resolve(undefined);
  if (signal.aborted) end();
  signal.addEventListener("abort", end, { once: true });
  try {
    const typed = await Promise.race([ended.promise, keyboard.read()]);
    // The line may have overtaken the Ctrl-C in front of it.
    if (typed !== undefined) await Promise.race([ended.promise, signalsHeard()]);
    // Where both came, the interrupt counts.
    if (typed === undefined || signal.aborted) throw interrupted(keyboard);
    return typed;
  } finally {
    signal.removeEventListener("abort", end);
  }
}

export function interrupted(keyboard: Keyboard): CommandEnded {
  keyboard.show("\n"); // the shell's prompt begins a line of its own
  return new CommandEnded(INTERRUPTED);
}

/** A question, or what belongs to it, broken between words; the space at its end stays in front of the caret. */
export function showFitted(keyboard: Keyboard, text: string): void {
  const { columns = Infinity } = keyboard;
  const end = text.trimEnd().length;
  keyboard.show(wrapMessage(text.slice(0, end), columns - 1) + text.slice(end));
}

/** One line of text, without the space around it. @throws {CommandEnded} 130 */
export async function askLine(run: Asker, question: string, keyboard: Keyboard = stdinKeyboard): Promise<string> {
  showFitted(keyboard, question);
  const line = await nextInput(run, keyboard);
  // Without its end it was cut off by Ctrl-D: what stands before that is no answer.
  if (!line.endsWith("\n")) throw interrupted(keyboard);
  return line.trim();
}

export interface AskOptions {
  /** What to give where nobody can be asked. */
  readonly flag?: string;
  /** What Enter alone means: a yes only where it can be taken back. */
  readonly enter?: boolean;
  readonly keyboard?: Keyboard;
}

/**
 * A yes or a no; Enter alone is a no where {@link AskOptions.enter} does not say otherwise, anything else asks again.
 *
 * @param question outside text in it escaped
 * @throws {ConsoleError} `failed` without a terminal; {CommandEnded} 130
 */
export async function ask(
  run: Asker,
  question: string,
  { flag = "--yes", enter = false, keyboard = stdinKeyboard }: AskOptions = {},
): Promise<boolean> {
  if (!keyboard.isTerminal) {
    throw new ConsoleError("failed", "stdin is no terminal, so nobody can confirm", { hint: `give ${flag}` });
  }
  for (;;) {
    const answer = (await askLine(run, `${question} ${enter ? "[Y/n]" : "[y/N]"} `, keyboard)).toLowerCase();
    if (answer === "y" || answer === "yes") return true;
    if (answer === "") return enter;
    if (answer === "n" || answer === "no") return false;
    keyboard.show("Please type y or n.\n");
  }
}

/**
 * Which of several: by its number, or by its id.
 *
 * @returns its index; undefined where Enter alone was typed
 * @throws {CommandEnded} 130
 */
export async function askWhich(
  run: Asker,
  title: string,
  rows: readonly Row[],
  keyboard: Keyboard = stdinKeyboard,
): Promise<number | undefined> {
  const width = String(rows.length).length;
  showFitted(keyboard, `${title}\n`);
  rowLines(rows).forEach((line, at) => keyboard.show(`  ${String(at + 1).padStart(width)}  ${line}\n`));
  for (;;) {
    const typed = await askLine(run, `1-${rows.length}, Enter for none: `, keyboard);
    if (typed === "") return undefined;
    const at = rows.findIndex(({ id }, i) => typed === String(i + 1) || typed === id);
    if (at >= 0) return at;
    keyboard.show(`"${escapeControls(typed)}" is none of them.\n`);
  }
}
