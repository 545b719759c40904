/** Aligned columns that fit the terminal. Pure. */
import { bold } from "@std/fmt/colors";
import stringWidth from "fast-string-width";
import { fit } from "./format.ts";

export interface Column<T> {
  readonly title: string;
  readonly value: (row: T) => string;
  /** Colours the cell after it was fitted. */
  readonly paint?: (row: T, cell: string) => string;
  /** Narrowest width before the column is left out; a column without it is never narrowed. */
  readonly shrinksTo?: number;
  /** Takes the width that is left. One column at most. */
  readonly grows?: boolean;
}

const GAP = "  ";

/** The lines of a table, the titles first; no line is wider than `width`. */
export function table<T>(columns: readonly Column<T>[], rows: readonly T[], width: number): string[] {
  const cells = rows.map((row) => columns.map((column) => column.value(row)));
  const wants = columns.map(({ title }, i) =>
    Math.max(stringWidth(title), ...cells.map((line) => stringWidth(line[i] ?? "")))
  );
  const widths = squeeze(columns, wants, width);
  const shown = columns.flatMap((column, i) => (widths[i] ?? 0) > 0 ? [{ column, i, width: widths[i] ?? 0 }] : []);
  // The last cell is not filled up: colours after its spaces would keep them, and a full line wraps.
  const cellOf = (text: string, width: number, at: number) =>
    at === shown.length - 1 ? fit(text, width).trimEnd() : fit(text, width);
  const join = (parts: string[]) => parts.join(GAP).trimEnd();
  return [
    join(shown.map(({ column, width }, at) => bold(cellOf(column.title, width, at)))),
    ...rows.map((row, r) =>
      join(shown.map(({ column, i, width }, at) => {
        const cell = cellOf(cells[r]?.[i] ?? "", width, at);
        return column.paint === undefined ? cell : column.paint(row, cell);
      }))
    ),
  ];
}

/**
 * Narrows what may be narrowed, the growing column first, then drops shrinkable columns from the left, the growing one
 * last. What that leaves free goes back to the growing column.
 */
function squeeze<T>(columns: readonly Column<T>[], wants: readonly number[], width: number): number[] {
  const widths = [...wants];
  const over = () =>
    widths.reduce((sum, w) => sum + w, 0) + GAP.length * (widths.filter((w) => w > 0).length - 1) - width;
  const order = columns
    .map((column, i) => ({ column, i }))
    .filter(({ column }) => column.shrinksTo !== undefined)
    .sort((a, b) => Number(b.column.grows ?? false) - Number(a.column.grows ?? false) || b.i - a.i);
  for (const { column, i } of order) {
    const excess = over();
    if (excess <= 0) return widths;
    widths[i] = Math.max(Math.min(column.shrinksTo ?? 0, widths[i] ?? 0), (widths[i] ?? 0) - excess);
  }
  for (const { i } of order.toReversed()) {
    if (over() <= 0) break;
    widths[i] = 0;
  }
  const growing = columns.findIndex((column, i) => column.grows === true && (widths[i] ?? 0) > 0);
  if (growing >= 0) widths[growing] = Math.min(wants[growing] ?? 0, (widths[growing] ?? 0) + Math.max(0, -over()));
  return widths;
}
