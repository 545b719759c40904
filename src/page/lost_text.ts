/** What the page says while it has no connection: why, of when its picture is, and what brings the daemon back. Pure. */
import { clockTime } from "../view/times.ts";

/** Why there is none, and what a person can do about it: nothing where that ends by itself. */
const REASONS = {
  away: ["the daemon is not there", true],
  stopped: ["the daemon stopped", true],
  restarts: ["the daemon restarts", false],
  slow: ["this page was too slow", false],
  too_many: ["the gateway takes no more attempts for a minute", false],
} as const;
export type LostReason = keyof typeof REASONS;

export interface LostLink {
  /** ms, of when the picture is. */
  readonly at: number;
  readonly why: LostReason;
}

export interface LostText {
  readonly text: string;
  /** What is typed where the agents run. */
  readonly command: string | undefined;
}

export function lostText({ at, why }: LostLink): LostText {
  const [reason, needsStart] = REASONS[why];
  const text = `No connection: ${reason}. The picture is of ${clockTime(new Date(at).toISOString())}. ` +
    `This page comes back by itself.${needsStart ? " To start the daemon:" : ""}`;
  return { text, command: needsStart ? "agent-console daemon start" : undefined };
}
