/** When the lines of the activity happened, also of what was there before the page. Pure. */
import type { ChangeLine } from "../view/change_lines.ts";
import { clockTime, duration } from "../view/times.ts";

type TimedLine = Pick<ChangeLine, "ts" | "since">;

const DAY_MS = 86_400_000;

/** The time of day; how long ago where that would be another day's. */
export function lineTime({ ts, since }: TimedLine, now: number): string {
  const iso = ts ?? since;
  if (iso === undefined) return "";
  const age = now - Date.parse(iso);
  return age < DAY_MS ? clockTime(iso) : `${duration(age)} ago`;
}

/** A snapshot in the order of events. */
export function oldestFirst<T extends TimedLine>(lines: readonly T[]): readonly T[] {
  return lines.toSorted((a, b) => timeOf(a) - timeOf(b));
}

function timeOf({ ts, since }: TimedLine): number {
  return Date.parse(ts ?? since ?? "") || 0;
}
