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

/** What options take for a state or a kind: the words of the lists, and the names on the wire. */
export const STATE_CHOICES: readonly string[] = [
  ...new Set([...SHOWN_STATES.map((state) => STATE_WORDS[state].word), ...SHOWN_STATES]),
];
export const KIND_CHOICES: readonly string[] = [...new Set([...Object.values(KIND_WORDS), ...Object.keys(KIND_WORDS)])];

/** @param choice one of {@link STATE_CHOICES} */
export function stateOf(choice: string): ShownState {
  return SHOWN_STATES.find((state) => STATE_WORDS[state].word === choice) ?? choice as ShownState;
}

/** @param choice one of {@link KIND_CHOICES} */
export function kindOf(choice: string): WaitingFor {
  return (Object.keys(KIND_WORDS) as WaitingFor[]).find((kind) => KIND_WORDS[kind] === choice) ?? choice as WaitingFor;
}

export function displayStatus(session: Pick<Session & Derived, "status" | "lost">): ShownState {
  return session.lost && session.status !== "closed" ? "lost" : session.status;
}

/** Behind the name of a session: `waits`, `failed`. */
export function singleState(state: ShownState): string {
  const { counted: [many, one] } = STATE_WORDS[state];
  return one ?? many;
}

/** `2 wait`, `1 waits`, `1 failed`. */
export function countedState(state: ShownState, count: number): string {
  return `${count} ${count === 1 ? singleState(state) : STATE_WORDS[state].counted[0]}`;
}
