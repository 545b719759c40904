/** When a wait for sessions is over. Pure. */
import type { SessionView } from "../domain/query.ts";
import { displayStatus, type ShownState } from "../domain/state_words.ts";

export interface WaitFor {
  /** Whole ids; none: all that are given. */
  readonly ids: readonly string[];
  readonly state: ShownState;
  /** All of them, not one. */
  readonly all: boolean;
}

export interface Waited {
  readonly reached: readonly SessionView[];
  /** Those that can no longer get there: ended, or their process is gone. */
  readonly missed: readonly SessionView[];
}

/** Undefined while there is something to wait for. @param sessions those that were ever open during the wait */
export function waitedFor(sessions: readonly SessionView[], { ids, state, all }: WaitFor): Waited | undefined {
  const named = sessions.filter(({ id }) => ids.length === 0 || ids.includes(id));
  const reached = named.filter((one) => isIn(one, state));
  const over = named.filter((one) => !reached.includes(one) && isOver(one));
  // A session that nobody named is not waited for any longer when it ends.
  const missed = ids.length === 0 ? [] : over;
  if (!all) {
    if (reached.length > 0) return { reached, missed: [] };
    return missed.length > 0 && missed.length === named.length ? { reached, missed } : undefined;
  }
  const left = named.length - reached.length - over.length;
  return left === 0 && named.length > 0 ? { reached, missed } : undefined;
}

function isIn(session: SessionView, state: ShownState): boolean {
  return state === "closed" ? isOver(session) : displayStatus(session) === state;
}

function isOver(session: SessionView): boolean {
  return session.status === "closed" || session.lost === true;
}
