/** The codes of SGR for the style of a text: ECMA-48, with the sixteen colours that every terminal has. Pure. */
import type { TerminalColor, TextStyle } from "./terminal_port.ts";

/** `default` is what a terminal has without one. */
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

/** What stands between `ESC [` and `m`; empty for plain text. @param color false: only what is no colour, such as bold */
export function sgr(style: TextStyle | undefined, color: boolean): string {
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
