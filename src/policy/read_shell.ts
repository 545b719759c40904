/**
 * Splits a POSIX shell text into its simple commands, and reports what it could not decide. Pure, linear in the text.
 *
 * It is no shell: it knows quotes, separators, redirections, here-documents and substitutions, so that no command of
 * the text stays unseen. Where a text is ambiguous it splits more: what is no command then counts as an unknown one.
 */
import { Source } from "./shell_source.ts";
import { ShellReader } from "./shell_reader.ts";
import { escapeDeceptive } from "../domain/sanitize.ts";
import type { CommandSink, ShellText } from "./shell_types.ts";

export function readShell(text: string): ShellText {
  const sink: CommandSink = { commands: [], uncertainties: new Set(), readAgain: 0 };
  if (hasHidden(text)) sink.uncertainties.add("hidden");
  new ShellReader(new Source(text), sink, 0).read(0, false);
  return sink;
}

/** Whether `text` has characters that deceive a reader or control a terminal; newlines and tabs do not count. */
export function hasHidden(text: string): boolean {
  const spaced = text.replaceAll("\t", " ");
  return escapeDeceptive(spaced) !== spaced;
}
