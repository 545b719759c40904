/** What was counted of a session on a day. Pure. */
import type { CapsuleSession } from "../agent-console.d.ts";

export interface Tally {
  name: string;
  agent: string;
  turns: number;
  workMs: number;
  waitMs: number;
  allowed: number;
  denied: number;
  usd: number;
  prompt?: string;
  /** As its last event has left it: what comes next is measured from there. */
  last?: { at: number; status: CapsuleSession["status"]; turns: number; usd: number };
}

/** An agent that says nothing for longer is not counted as working: the machine may have slept. */
const SILENCE_MS = 3_600_000;

/** The time since its last event, which it spent as that has left it. */
export function addTime(tally: Pick<Tally, "workMs" | "waitMs">, last: NonNullable<Tally["last"]>, at: number): void {
  const ms = Math.max(0, at - last.at);
  if (last.status === "working") tally.workMs += Math.min(ms, SILENCE_MS);
  if (last.status === "waiting") tally.waitMs += ms;
}
