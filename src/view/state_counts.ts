/**
 * How many sessions are in which state, in the signs and words that every window counts by: summaries, headers, titles, the
 * chat's prompt, tmux's status line. That line is a fast path: this file loads signs and words, and nothing else. Pure.
 */
import type { SessionView } from "../domain/query.ts";
import { countedState, displayStatus, SHOWN_STATES, type ShownState } from "../domain/state_words.ts";
import { STATE_LOOKS, type Tone } from "./states.ts";

export interface StateCount {
  readonly state: ShownState;
  readonly sign: string;
  readonly tone: Tone;
  readonly count: number;
  /** `2 wait`, `1 failed`. */
  readonly text: string;
  /** Where there is little room: `▲2`. */
  readonly short: string;
}

/** In the order of lists; nothing that is 0. */
export function countsOf(states: Iterable<ShownState>): readonly StateCount[] {
  const counts: Partial<Record<ShownState, number>> = {};
  for (const state of states) counts[state] = (counts[state] ?? 0) + 1;
  return stateCounts(counts);
}

/** {@link countsOf} the states that the sessions are shown in. */
export function sessionCounts(sessions: Iterable<Pick<SessionView, "status" | "lost">>): readonly StateCount[] {
  return countsOf(Array.from(sessions, displayStatus));
}

/** {@link countsOf} what was counted elsewhere, as by the daemon; one of an older version counts none of some states. */
export function stateCounts(counts: Readonly<Partial<Record<ShownState, number>>>): readonly StateCount[] {
  return SHOWN_STATES.flatMap((state) => {
    const count = counts[state] ?? 0;
    if (count === 0) return [];
    const { sign, tone } = STATE_LOOKS[state];
    return [{ state, sign, tone, count, text: countedState(state, count), short: `${sign}${count}` }];
  });
}
