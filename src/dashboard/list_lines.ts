/** The list as lines: groups with their titles, the rows, and which of them there is room for. Pure. */
import type { SessionItem } from "../view/session_items.ts";
import type { SessionGroup } from "../view/window_view.ts";
import { span } from "./rows.ts";
import { type Columns, listRow, tinyRow } from "./session_rows.ts";
import { DIM, TONE_STYLES } from "./styles.ts";
import type { TextRow } from "./terminal_port.ts";

export interface ListLine {
  /** Made for those lines only that there is room for. */
  readonly row: () => TextRow;
  /** Of a row that can be marked. */
  readonly id?: string;
}

export interface ListMarks {
  readonly current: string | undefined;
  readonly marked: ReadonlySet<string>;
}

/** @param room so many rows there are: blank ones between the groups only where all has room */
export function listLines(
  groups: readonly Pick<SessionGroup, "key" | "title" | "items">[],
  columns: Columns,
  { current, marked }: ListMarks,
  room: number,
): readonly ListLine[] {
  const line = (item: SessionItem): ListLine => ({
    id: item.id,
    row: () =>
      listRow(item, columns, {
        isCurrent: item.id === current,
        isMarked: marked.has(item.asks?.approval?.id ?? ""),
      }),
  });
  const count = groups.reduce((sum, { items }) => sum + items.length, 0);
  const titles = groups.filter(({ title }) => title !== "").length;
  const isAiry = count + titles + groups.length - 1 <= room;
  return groups.flatMap(({ key, title, items }, at) => [
    ...(at > 0 && isAiry ? [{ row: () => [] }] : []),
    ...(title === "" ? [] : [{ row: () => [span(`  ${title}`, key === "needs" ? TONE_STYLES.attention : DIM)] }]),
    ...items.map(line),
  ]);
}

export function tinyLines(
  items: readonly SessionItem[],
  columns: number,
  current: string | undefined,
): readonly ListLine[] {
  return items.map((item) => ({
    id: item.id,
    row: () => tinyRow(item, columns, { isCurrent: item.id === current, isMarked: false }),
  }));
}

export interface ListPart {
  readonly lines: readonly ListLine[];
  /** Of the first line that is shown. */
  readonly top: number;
  readonly count: number;
}

/**
 * What of the lines there is room for: from where it was before, moved as little as the marked row needs to be in it.
 *
 * @param top of the frame before
 */
export function partOf(lines: readonly ListLine[], current: string | undefined, room: number, top: number): ListPart {
  const count = lines.length;
  if (room <= 0) return { lines: [], top: 0, count };
  const at = Math.max(0, lines.findIndex(({ id }) => id !== undefined && id === current));
  // The title of its group comes with the first of its rows.
  const from = at > 0 && lines[at - 1]?.id === undefined ? at - 1 : at;
  let begin = Math.min(Math.max(0, top), Math.max(0, count - room));
  if (at >= begin + room) begin = at - room + 1;
  if (from < begin) begin = room > 1 ? from : at;
  return { lines: lines.slice(begin, begin + room), top: begin, count };
}
