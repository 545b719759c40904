/** A line of a table by RFC 4180. Pure. */

/**
 * The beginning of a cell, then what a spreadsheet takes for the beginning of a formula, wide forms included. Quotes do
 * not help, and spaces and quotes may stand before it. In many countries spreadsheets split lines at semicolons, others
 * at tabs, and know nothing of our commas and quotes: each separator in a text may begin a cell. One match takes
 * all that stands together, so that its time is linear.
 */
const CELL_BEGIN = /(^[\s";]*|[\s";]+)([=+\-@\uff1d\uff0b\uff0d\uff20])?/g;
const SEPARATORS = [";", "\t", "\r", "\n"] as const;

/** With its line end. */
export function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map(cellText).join(",")}\r\n`;
}

function cellText(cell: string | number): string {
  if (typeof cell === "number") return String(cell);
  const text = cell.replace(CELL_BEGIN, guarded);
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** An apostrophe at the beginning of the cell makes it text. @param at where `found` stands in the whole text */
function guarded(found: string, before: string, formula: string | undefined, at: number): string {
  if (formula === undefined) return found;
  const begin = 1 + Math.max(...SEPARATORS.map((one) => before.lastIndexOf(one)));
  if (at > 0 && begin === 0) return found;
  const whole = at === 0 && begin > 0 ? "'" : ""; // at commas the cell begins earlier
  return `${whole}${before.slice(0, begin)}'${found.slice(begin)}`;
}
