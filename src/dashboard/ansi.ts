/** Rows of styled text as a terminal reads them: 16 colours, or none. Pure. */
import type { TerminalColor, TextRow, TextStyle } from "./terminal_port.ts";

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

/** @param styled false: the text alone */
export function rowText(row: TextRow, styled: boolean): string {
  return row.map(({ text, style }) => {
    const codes = styled ? sgr(style) : "";
    return codes === "" ? text : `\x1b[${codes}m${text}\x1b[0m`;
  }).join("").trimEnd();
}

function sgr({ fg = "default", bold, dim, underline, inverse }: TextStyle = {}): string {
  return [
    ...(bold ? [1] : []),
    ...(dim ? [2] : []),
    ...(underline ? [4] : []),
    ...(inverse ? [7] : []),
    ...(fg === "default" ? [] : [COLORS[fg]]),
  ].join(";");
}
