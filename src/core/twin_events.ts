/**
 * One event that two hooks brought: the agent's user and its project have our hook both, or one agent runs the hooks of
 * another as well. The payloads are equal then, and come at the same time. Most events say how things are, and may say
 * it twice; those that count must not.
 */
import type { Report } from "../domain/report.ts";
import type { Session } from "../domain/session.ts";

/** How far apart two hooks of one event come, ms: each starts a process, on a machine that may be busy. */
export const TWINS_MS = 3000;
/** Counted events that are remembered, of all sessions. */
const KEPT = 256;

export class TwinEvents {
  /** By payload: when it came, ms. */
  #seen = new Map<string, number>();

  /**
   * Whether the event that `report` was made of has been counted already. A prompt behind the end of its turn is another
   * one, whatever its text.
   *
   * @param row the session's, before the event
   * @param at ms since 1970
   */
  isTwin({ agent, event }: Report, payload: unknown, row: Session | undefined, at: number): boolean {
    if (event.kind !== "prompt" && event.kind !== "subagent") return false;
    const key = `${agent} ${shortened(JSON.stringify(payload) ?? "")}`;
    const before = this.#seen.get(key);
    const inTurn = event.kind === "subagent" || row?.status === "working";
    if (inTurn && before !== undefined && Math.abs(at - before) <= TWINS_MS) return true;
    this.#seen.delete(key); // to the end: the first is the oldest
    this.#seen.set(key, at);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > KEPT && oldest !== undefined) this.#seen.delete(oldest);
    return false;
  }
}

/** Kept of a payload's beginning and end each, UTF-16 units: enough to recognise it, and bounded. */
const END_UNITS = 2048;

function shortened(text: string): string {
  if (text.length <= 2 * END_UNITS) return text;
  return `${text.length} ${text.slice(0, END_UNITS)}${text.slice(-END_UNITS)}`;
}
