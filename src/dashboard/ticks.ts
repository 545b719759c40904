/** When what a frame shows of times changes next: no timer runs for anything else. Pure. */
import type { SessionItem } from "../view/session_items.ts";

const SECOND = 1000;
const MINUTE = 60_000;
/** A text in minutes does not tell its seconds: it may be late, by no more than this. */
const LATE = 30_000;

/** Texts that change by the second, and by the minute. */
const BY_SECOND = /^\d+s\b/;
const BY_MINUTE = /^\d+m\b/;

/**
 * ms from `now`, on a whole second: rows that begin at different moments change in one frame. The clock in the header
 * changes each minute.
 *
 * @param texts that are shown and go by themselves
 */
export function untilNextChange(items: readonly SessionItem[], now: number, texts: readonly string[] = []): number {
  const shown = [
    ...items.flatMap(({ age, asks }) => [age, ...(asks?.left === undefined ? [] : [asks.left])]),
    ...texts,
  ];
  if (shown.some((text) => BY_SECOND.test(text))) return toNext(now, SECOND);
  return toNext(now, shown.some((text) => BY_MINUTE.test(text)) ? LATE : MINUTE);
}

function toNext(now: number, step: number): number {
  return step - now % step;
}
