/** States and kinds of questions in one sign and one word each, and how many are in a state: the same everywhere. Pure. */
import type { Derived } from "./event.ts";
import type { Session, Status, WaitingFor } from "./session.ts";

/** A status, or `lost` for an open row whose process is gone. */
export type ShownState = Status | "lost";

export interface StateWords {
  /** Signs differ in shape, not only in colour; one column wide. */
  readonly sign: string;
  readonly word: string;
  /** Behind a number of sessions, and behind 1 where that differs. */
  readonly counted: readonly [many: string, one?: string];
}

/** In the order of lists. */
export const STATE_WORDS: Readonly<Record<ShownState, StateWords>> = {
  waiting: { sign: "▲", word: "waiting", counted: ["wait", "waits"] },
  error: { sign: "✖", word: "failed", counted: ["failed"] },
  working: { sign: "●", word: "working", counted: ["at work"] },
  starting: { sign: "○", word: "ready", counted: ["ready"] },
  idle: { sign: "✓", word: "idle", counted: ["idle"] },
  lost: { sign: "?", word: "lost", counted: ["lost"] },
  closed: { sign: "–", word: "closed", counted: ["closed"] },
};

/** All states, in the order of lists. */
export const SHOWN_STATES = Object.keys(STATE_WORDS) as readonly ShownState[];

/** What a session waits for. */
export const KIND_WORDS: Readonly<Record<WaitingFor, string>> = {
  permission: "permission",
  question: "question",
  plan: "plan",
  elicitation: "form",
};

export function displayStatus(session: Pick<Session & Derived, "status" | "lost">): ShownState {
  return session.lost && session.status !== "closed" ? "lost" : session.status;
}

/** `2 wait`, `1 waits`, `1 failed`. */
export function countedState(state: ShownState, count: number): string {
  const [many, one = many] = STATE_WORDS[state].counted;
  return `${count} ${count === 1 ? one : many}`;
}
