/** Where the parts of the dashboard stand, by the size of the terminal. Pure. */
import type { TerminalSize } from "./terminal_port.ts";

/**
 * `side`: list and detail side by side. `stacked`: the list above the detail. `list`: the list alone, and the detail over
 * all of it. `tiny`: only who needs a person.
 */
export type LayoutKind = "side" | "stacked" | "list" | "tiny";

export interface FrameLayout {
  readonly kind: LayoutKind;
  /** Rows at the top: counts, and the views where there is room. */
  readonly head: number;
  /** The views have a row of their own. */
  readonly hasTabs: boolean;
  readonly list: Area;
  /** Absent where it has no room beside the list. */
  readonly detail?: Area;
  /** A line above the foot. */
  readonly hasRule: boolean;
}

export interface Area {
  readonly left: number;
  readonly columns: number;
  readonly rows: number;
}

/** From these widths on, columns. */
const SIDE = 100;
const STACKED = 60;
const LISTED = 40;
/** Below it there is only who needs a person, rows. */
const LOW = 8;
/** From this height on lines stand between the parts, rows. */
const AIRY = 12;
/** The detail gets so much of the width, and at least so many columns. */
const DETAIL = { part: 0.41, least: 42, most: 92 };
/** Of the rows that list and detail share the list gets so much at most, and at least so many. */
const LIST = { part: 0.5, least: 5 };

/** @param foot rows that the foot takes @param wanted rows that the whole list would take */
export function layoutOf({ columns, rows }: TerminalSize, foot: number, wanted: number, banner = 0): FrameLayout {
  const kind: LayoutKind = columns < LISTED || rows < LOW
    ? "tiny"
    : columns < STACKED
    ? "list"
    : columns < SIDE
    ? "stacked"
    : "side";
  const hasTabs = kind !== "tiny";
  const head = (rows <= 2 ? 0 : 1) + (hasTabs ? 1 : 0) + banner;
  const hasRule = rows >= AIRY && kind !== "tiny";
  const room = Math.max(0, rows - head - foot - (hasRule ? 1 : 0));
  const common = { kind, head, hasTabs, hasRule };
  if (kind === "side") {
    const wide = Math.min(DETAIL.most, Math.max(DETAIL.least, Math.round(columns * DETAIL.part)));
    const left = columns - wide;
    return {
      ...common,
      list: { left: 0, columns: left - 2, rows: room },
      // A space, the line and a space are between both.
      detail: { left: left + 1, columns: wide - 2, rows: room },
    };
  }
  if (kind === "stacked" && room >= 2 * LIST.least + 1) {
    const most = Math.max(LIST.least, Math.floor(room * LIST.part));
    const list = Math.min(most, Math.max(LIST.least, wanted));
    return {
      ...common,
      list: { left: 0, columns, rows: list },
      // One row is the line between both.
      detail: { left: 1, columns: columns - 2, rows: room - list - 1 },
    };
  }
  return { ...common, list: { left: 0, columns, rows: room } };
}
