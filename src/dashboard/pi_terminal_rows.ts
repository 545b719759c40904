/**
 * From rows of styled segments to lines for the renderer, cut to the width of the terminal with the renderer's own
 * measure of columns. Pure.
 */
import { sliceByColumn, visibleWidth } from "@earendil-works/pi-tui/utils";
import { escapeControls } from "../domain/sanitize.ts";
import type { TerminalColor, TextRow, TextStyle } from "./terminal_port.ts";

/** The codes of SGR for the text's colour; `default` is what a terminal has without one. */
const COLORS: Readonly<Record<Exclude<TerminalColor, "default">, number>> = {
  black: 30,
  red: 31,
  green: 32,
  yellow: 33,
  blue: 34,
  magenta: 35,
  cyan: 36,
  white: 37,
  brightBlack: 90,
  brightRed: 91,
  brightGreen: 92,
  brightYellow: 93,
  brightBlue: 94,
  brightMagenta: 95,
  brightCyan: 96,
  brightWhite: 97,
};

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

function sgr(style: TextStyle | undefined, color: boolean): string {
  if (style === undefined) return "";
  const { fg = "default", bold, dim, underline, inverse } = style;
  const codes = [
    ...(bold ? [1] : []),
    ...(dim ? [2] : []),
    ...(underline ? [4] : []),
    ...(inverse ? [7] : []),
    ...(color && fg !== "default" ? [COLORS[fg]] : []),
  ];
  return codes.join(";");
}
