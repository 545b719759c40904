/** The rows that a line takes on the screen, and where its caret stands. Pure. */
import stringWidth from "fast-string-width";
import { escapeControls } from "../domain/sanitize.ts";
import { graphemes } from "../lib/graphemes.ts";

export interface Layout {
  /** Less the prompt, which stands before the first of them. */
  readonly rows: readonly string[];
  /** Columns of each, the prompt included. */
  readonly widths: readonly number[];
  readonly caret: { readonly row: number; readonly column: number };
}

/** In front of the second line and those behind it. */
const INDENT = "  ";

/**
 * What a terminal would obey, or what deceives, is shown as `\x1b`.
 *
 * @param prompt columns of the prompt
 * @param width columns of a row: one less than the screen has, so that no row ends at its edge
 */
export function layOut(text: string, caret: number, prompt: number, width: number): Layout {
  const rows = [""];
  const widths = [prompt];
  let place = { row: 0, column: prompt };
  const begin = (row: string) => {
    rows.push(row);
    widths.push(row.length);
  };
  let at = 0;
  for (const char of graphemes(text)) {
    const shown = char === "\n" ? "" : escapeControls(char);
    const wide = stringWidth(shown);
    const used = widths.at(-1)!;
    if (used > 0 && used + wide > width) begin("");
    if (at === caret) place = here(widths);
    at += char.length;
    if (char === "\n") begin(INDENT);
    else {
      rows[rows.length - 1] += shown;
      widths[widths.length - 1]! += wide;
    }
  }
  if (caret >= at) place = here(widths);
  // The caret behind a full row stands where the next character goes.
  if (caret >= at && place.column >= width && width > 0) {
    begin("");
    place = here(widths);
  }
  return { rows, widths, caret: place };
}

function here(widths: readonly number[]): Layout["caret"] {
  return { row: widths.length - 1, column: widths.at(-1)! };
}
