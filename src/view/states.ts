/** States and risks as people see them: a sign, a word, and how loud both are. Pure. */
import type { Risk } from "../domain/approval.ts";
import type { SessionView } from "../domain/query.ts";
import type { Status, WaitingFor } from "../domain/session.ts";

/** A status, or `lost` for an open row whose process is gone. */
export type ShownState = Status | "lost";

/** How loud a text is; each window has its own colours. Nothing is told by colour alone. */
export type Tone = "attention" | "danger" | "notice" | "good" | "plain" | "quiet";

export interface StateLook {
  /** Signs differ in shape, not only in colour; one column wide. */
  readonly sign: string;
  readonly word: string;
  /** Behind a number of sessions, and behind 1 where that differs. */
  readonly counted: readonly [many: string, one?: string];
  readonly tone: Tone;
}

/** In the order of lists. */
export const STATE_LOOKS: Readonly<Record<ShownState, StateLook>> = {
  waiting: { sign: "▲", word: "waiting", counted: ["wait", "waits"], tone: "attention" },
  error: { sign: "✖", word: "failed", counted: ["failed"], tone: "danger" },
  working: { sign: "●", word: "working", counted: ["at work"], tone: "good" },
  starting: { sign: "○", word: "ready", counted: ["ready"], tone: "plain" },
  idle: { sign: "✓", word: "idle", counted: ["idle"], tone: "plain" },
  lost: { sign: "?", word: "lost", counted: ["lost"], tone: "quiet" },
  closed: { sign: "–", word: "closed", counted: ["closed"], tone: "quiet" },
};

export function displayStatus(session: Pick<SessionView, "status" | "lost">): ShownState {
  return session.lost && session.status !== "closed" ? "lost" : session.status;
}

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

export const KIND_WORDS: Readonly<Record<WaitingFor, string>> = {
  permission: "permission",
  question: "question",
  plan: "plan",
  elicitation: "form",
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
