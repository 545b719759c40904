/** The codes of SGR for the style of a text: ECMA-48, with colours that every terminal has. Pure. */
import type { TerminalColor, TextStyle } from "./terminal_port.ts";

const COLORS: Readonly<Record<TerminalColor, number>> = { red: 31, green: 32, yellow: 33, cyan: 36 };

/** What stands between `ESC [` and `m`; empty for plain text. @param color false: only what is no colour, such as bold */
export function sgr(style: TextStyle | undefined, color: boolean): string {
  if (style === undefined) return "";
  const { fg, bold, dim } = style;
  const codes = [
    ...(bold ? [1] : []),
    ...(dim ? [2] : []),
    ...(color && fg !== undefined ? [COLORS[fg]] : []),
  ];
  return codes.join(";");
}
