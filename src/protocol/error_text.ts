/** An error as people read it on stderr: `error: …`, and where they can do something `hint: …` on the next line. */
import { escapeControls, escapeControlsKeepLines } from "../domain/sanitize.ts";

export interface ErrorText {
  readonly message: string;
  readonly hint?: string | undefined;
}

/** Outside text may stand in a message: its further lines are indented, so that none of them can pass for a hint. */
export function errorText({ message, hint }: ErrorText): string {
  const lines = escapeControlsKeepLines(message.trimEnd()).replace(/\n(?! )/g, "\n  ");
  return `error: ${lines}\n${hint === undefined ? "" : `hint: ${escapeControls(hint)}\n`}`;
}

/** What {@link errorText} printed, taken apart again; other text is a message as it is. */
export function parseErrorText(text: string): ErrorText {
  const [message, hint] = text.trim().replace(/^error: /, "").split(/\nhint: (?=[^\n]*$)/);
  return { message: message ?? "", hint };
}
