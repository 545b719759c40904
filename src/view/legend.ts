/** What the signs and marks of the windows mean, for their help. Pure. */
import type { Risk } from "../domain/approval.ts";
import { SHOWN_STATES, type ShownState } from "../domain/state_words.ts";
import { RISK_LOOKS, STATE_LOOKS } from "./states.ts";
import { WORK_LOOKS } from "./work_looks.ts";

const STATES: Readonly<Record<ShownState, string>> = {
  waiting: "waits for you",
  error: "its turn failed",
  working: "a turn runs",
  starting: "has begun, no turn yet",
  idle: "done, waits for nobody",
  lost: "lost: its process is gone",
  closed: "closed",
};

const RISKS: Readonly<Record<Risk, string>> = {
  reads: "the call only reads",
  writes: "the call writes",
  network: "the call reaches the network",
  destroys: "the call destroys something",
  unknown: "what the call does is not known",
};

const MARKS: readonly (readonly [mark: string, means: string])[] = [
  [WORK_LOOKS.due.sign, "a job: when it runs next"],
  ["(stale)", "nothing was heard of it for long"],
  ["(unproven)", "known from before a restart only"],
  ["manual", "at the top: nothing is allowed but by you, or by a rule"],
];

/** A sign or mark, and what it means. */
export const LEGEND: readonly (readonly [sign: string, means: string])[] = [
  ...SHOWN_STATES.map((state) => [STATE_LOOKS[state].sign, STATES[state]] as const),
  ...Object.entries(RISK_LOOKS).map(([risk, { sign }]) => [sign, RISKS[risk as Risk]] as const),
  ...MARKS,
];
