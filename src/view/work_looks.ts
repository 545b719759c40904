/** The states of turns and jobs in lists: a sign and a word for each, and the groups that lists have them in. Pure. */
import { GROUP_TITLES, STATE_LOOKS, type Tone } from "./states.ts";

/** In the order of the list. */
export type WorkState = "waiting" | "running" | "queued" | "failed" | "due" | "finished" | "cancelled" | "off";

export interface WorkLook {
  /** One column wide. */
  readonly sign: string;
  readonly word: string;
  readonly tone: Tone;
}

export const WORK_LOOKS: Readonly<Record<WorkState, WorkLook>> = {
  waiting: STATE_LOOKS.waiting,
  running: { sign: "●", word: "running", tone: "good" },
  queued: { sign: "○", word: "queued", tone: "plain" },
  failed: STATE_LOOKS.error,
  due: { sign: "◇", word: "due", tone: "plain" },
  finished: { sign: "✓", word: "finished", tone: "plain" },
  cancelled: { sign: "–", word: "cancelled", tone: "quiet" },
  off: { sign: "–", word: "disabled", tone: "quiet" },
};

export type WorkGroupKey = "waiting" | "running" | "queued" | "failed" | "due" | "ended" | "off";

export const WORK_GROUPS: Readonly<Record<WorkGroupKey, string>> = {
  waiting: GROUP_TITLES.needs,
  running: "RUNNING",
  queued: "QUEUED",
  failed: "FAILED",
  due: "NEXT",
  ended: "ENDED",
  off: "OFF",
};

/** Whether what a row stands for can be ended: it runs, waits for a person, or for its place. */
export function isEndable({ state }: { readonly state: WorkState }): boolean {
  return state === "running" || state === "waiting" || state === "queued";
}

export function workGroupOf(state: WorkState): WorkGroupKey {
  return state === "finished" || state === "cancelled" ? "ended" : state;
}
