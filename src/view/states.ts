/** How loud states are, and risks as people see them: a sign and a word. Pure. */
import type { Risk } from "../domain/approval.ts";
import { type ShownState, STATE_WORDS, type StateWords } from "../domain/state_words.ts";

/** How loud a text is; each window has its own colours. Nothing is told by colour alone. */
export type Tone = "attention" | "danger" | "notice" | "good" | "plain" | "quiet";

export interface StateLook extends StateWords {
  readonly tone: Tone;
}

/** In the order of lists. */
export const STATE_LOOKS: Readonly<Record<ShownState, StateLook>> = {
  waiting: { ...STATE_WORDS.waiting, tone: "attention" },
  error: { ...STATE_WORDS.error, tone: "danger" },
  working: { ...STATE_WORDS.working, tone: "good" },
  starting: { ...STATE_WORDS.starting, tone: "plain" },
  idle: { ...STATE_WORDS.idle, tone: "plain" },
  lost: { ...STATE_WORDS.lost, tone: "quiet" },
  closed: { ...STATE_WORDS.closed, tone: "quiet" },
};

/** What lists are cut into. */
export type GroupKey = "needs" | "works" | "idle" | "ended";

/** In the order of lists, which have the states of a group together. */
export const GROUP_TITLES: Readonly<Record<GroupKey, string>> = {
  needs: "NEEDS YOU",
  works: "WORKING",
  idle: "IDLE",
  ended: "ENDED",
};

export const GROUP_OF: Readonly<Record<ShownState, GroupKey>> = {
  waiting: "needs",
  error: "needs",
  working: "works",
  starting: "works",
  idle: "idle",
  lost: "ended",
  closed: "ended",
};

export interface RiskLook {
  readonly sign: string;
  readonly word: string;
  /** Where there is little room. */
  readonly short?: string;
  readonly tone: Tone;
}

export const RISK_LOOKS: Readonly<Record<Risk, RiskLook>> = {
  reads: { sign: "=", word: "reads", tone: "quiet" },
  writes: { sign: "+", word: "writes", tone: "plain" },
  network: { sign: "@", word: "network", tone: "notice" },
  destroys: { sign: "!!", word: "destroys", tone: "danger" },
  unknown: { sign: "?", word: "risk unknown", short: "unknown", tone: "plain" },
};

/** How a session ended, by the words that agents have for it; any other is told as it is. */
const ENDINGS: ReadonlyMap<string, string> = new Map([
  ["prompt_input_exit", "left at its prompt"],
  ["exit", "left"],
  ["logout", "logged out"],
  ["clear", "cleared for a new conversation"],
  ["other", "ended"],
  ["unloaded", "no longer loaded"],
]);

/** Text from outside, not escaped. */
export function endingText(reason: string): string {
  return ENDINGS.get(reason) ?? (/^[a-z]+(_[a-z]+)+$/.test(reason) ? reason.replaceAll("_", " ") : reason);
}
