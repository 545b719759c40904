/** A line of a table by RFC 4180. Pure. */

/**
 * What a spreadsheet takes for a formula, wide forms included. An apostrophe before it makes it text: RFC 4180 has no
 * types, and quotes do not help.
 */
const FORMULA = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/;

/** With its line end. */
export function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map(cellText).join(",")}\r\n`;
}

function cellText(cell: string | number): string {
  if (typeof cell === "number") return String(cell);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
