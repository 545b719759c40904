/**
 * From rows of styled segments to lines for the renderer, cut to the width of the terminal with the renderer's own
 * measure of columns. Pure.
 */
import { sliceByColumn, visibleWidth } from "@earendil-works/pi-tui/utils";
import { escapeControls } from "../domain/sanitize.ts";
import { sgr } from "./sgr.ts";
import type { TextRow } from "./terminal_port.ts";

const PLAIN = /^[\x20-\x7e]*$/;

/**
 * One line with its styles, at most `columns` wide: a wide character that does not fit whole is left out.
 *
 * @param color false: only what is no colour, such as bold
 */
export function rowLine(row: TextRow, columns: number, color: boolean): string {
  let line = "";
  let used = 0;
  for (const { text, style } of row) {
    if (used >= columns) break;
    const isPlain = PLAIN.test(text);
    const whole = isPlain ? text : escapeControls(text);
    const shown = fits(whole, columns - used);
    const width = visibleWidth(shown);
    if (shown === "") {
      if (whole !== "") break;
      continue;
    }
    const codes = sgr(style, color);
    line += codes === "" ? shown : `\x1b[${codes}m${shown}\x1b[0m`;
    used += width;
    if (shown !== whole) break;
    // Terminals disagree on how wide some characters are: what follows one stands in its column all the same.
    if (!isPlain && used < columns) line += `\x1b[${used + 1}G`;
  }
  return line;
}

function fits(text: string, columns: number): string {
  return visibleWidth(text) <= columns ? text : sliceByColumn(text, 0, columns, true);
}
