/** Rows of styled text: made, cut, filled up and set beside each other by columns. Wide characters count two. Pure. */
import { fitHead, textWidth } from "../view/text_fit.ts";
import type { TextRow, TextSegment, TextStyle } from "./terminal_port.ts";

export function span(text: string, style?: TextStyle): TextSegment {
  return style === undefined ? { text } : { text, style };
}

/** Columns. */
export function widthOf(row: TextRow): number {
  return row.reduce((sum, { text }) => sum + textWidth(text), 0);
}

/** At most `width` columns, with `…` where something is missing. */
export function cutRow(row: TextRow, width: number): TextRow {
  if (widthOf(row) <= width) return row;
  const kept: TextSegment[] = [];
  let left = Math.max(0, width);
  for (const segment of row) {
    const wide = textWidth(segment.text);
    // One column stays free for the mark, unless this is the last that fits.
    if (wide < left) {
      kept.push(segment);
      left -= wide;
      continue;
    }
    const text = fitHead(`${segment.text} `, left);
    if (text !== "") kept.push({ ...segment, text });
    break;
  }
  return kept;
}

/** Exactly `width` columns. */
export function fillRow(row: TextRow, width: number): TextRow {
  const cut = cutRow(row, width);
  const gap = width - widthOf(cut);
  return gap > 0 ? [...cut, span(" ".repeat(gap))] : cut;
}

/** `left`, and `right` at the right edge, which gives way last. */
export function apart(left: TextRow, right: TextRow, width: number): TextRow {
  const wide = widthOf(right);
  if (wide === 0) return cutRow(left, width);
  if (wide >= width) return cutRow(right, width);
  return [...fillRow(left, width - wide - 1), span(" "), ...right];
}

/** With one style over all of it: what it had is lost. */
export function restyled(row: TextRow, style: TextStyle): TextRow {
  return row.length === 0 ? row : [span(plainText(row), style)];
}

/** With `style` added to what each part has. */
export function overlaid(row: TextRow, style: TextStyle): TextRow {
  return row.map((one) => ({ ...one, style: { ...one.style, ...style } }));
}

export function plainText(row: TextRow): string {
  return row.map(({ text }) => text).join("");
}

/** `rows` from the top, then empty ones: exactly `count`. */
export function exactly(rows: readonly TextRow[], count: number): readonly TextRow[] {
  if (count <= 0) return [];
  return [...rows.slice(0, count), ...Array.from({ length: Math.max(0, count - rows.length) }, (): TextRow => [])];
}

/** Parts with `gap` between them, as many as there is room for; the first is kept always. */
export function flowRow(parts: readonly TextRow[], gap: TextSegment, width: number): TextRow {
  const row: TextSegment[] = [];
  for (const part of parts) {
    const joined = row.length === 0 ? part : [...row, gap, ...part];
    if (row.length > 0 && widthOf(joined) > width) break;
    row.splice(0, row.length, ...joined);
  }
  return row;
}
