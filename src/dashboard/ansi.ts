/** Rows of styled text as a terminal reads them: 16 colours, or none. Pure. */
import { sgr } from "./sgr.ts";
import type { TextRow } from "./terminal_port.ts";

/** @param styled false: the text alone */
export function rowText(row: TextRow, styled: boolean): string {
  return row.map(({ text, style }) => {
    const codes = styled ? sgr(style, true) : "";
    return codes === "" ? text : `\x1b[${codes}m${text}\x1b[0m`;
  }).join("").trimEnd();
}
