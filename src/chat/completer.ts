/** What Tab makes of the text before the caret: a longer text, or the words among which to choose. */
import { dim } from "@std/fmt/colors";
import stringWidth from "fast-string-width";
import { escapeControls } from "../domain/sanitize.ts";
import { fit, fitHead } from "../view/text_fit.ts";
import type { Completed } from "./command_port.ts";
import { escapedWord, splitLine } from "../lib/line_words.ts";

/** The words that may stand in the place of the last one, which is being typed. */
export type Completer = (words: readonly string[]) => Promise<readonly Completed[]>;

export interface Completion {
  /** What stands from here to the caret becomes {@link text}. */
  readonly from: number;
  readonly text: string;
  /** What to show above the line. */
  readonly lines: readonly string[];
}

/** More are counted. */
const SHOWN = 24;

/** @param text what stands before the caret */
export async function completedText(
  text: string,
  complete: Completer,
  screen: { readonly columns: number },
): Promise<Completion> {
  const nothing = { from: text.length, text: "", lines: [] };
  if (!text.startsWith("/")) return nothing;
  const { words, lastAt } = splitLine(text.slice(1));
  const from = lastAt + 1;
  // A space at the end begins a word.
  const isNew = from === text.length;
  const typed = isNew ? "" : words.at(-1) ?? "";
  const found = (await complete(isNew ? [...words, ""] : words)).filter(({ value }) => value.startsWith(typed));
  const [first] = found;
  if (first === undefined) return nothing;
  if (found.length === 1) return { from, text: `${escapedWord(first.value)} `, lines: [] };
  const common = found.reduce((head, { value }) => commonHead(head, value), first.value);
  if (common !== typed) return { from, text: escapedWord(common), lines: [] };
  return { from: text.length, text: "", lines: listed(found, screen.columns) };
}

function commonHead(a: string, b: string): string {
  let end = 0;
  while (end < a.length && a[end] === b[end]) end++;
  return a.slice(0, end).toWellFormed() === a.slice(0, end) ? a.slice(0, end) : a.slice(0, end - 1);
}

function listed(found: readonly Completed[], columns: number): readonly string[] {
  const values = found.map(({ value }) => escapeControls(value));
  const wide = Math.min(Math.max(...values.map((value) => stringWidth(value))), Math.floor(columns / 2));
  const lines = found.slice(0, SHOWN).map(({ about }, at) => {
    const value = values[at]!;
    if (about === "" || columns < 30) return fitHead(value, columns - 1);
    return `${fit(value, wide)}  ${dim(fitHead(escapeControls(about), columns - wide - 3))}`;
  });
  return found.length > SHOWN ? [...lines, dim(`… ${found.length - SHOWN} more`)] : lines;
}
