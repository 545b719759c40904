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

/** Processes that are remembered of one payload. */
const MOST_PROCESSES = 8;

interface Seen {
  /** ms since 1970 */
  readonly at: number;
  readonly pid: number | undefined;
}

/** Whether two events may be of one process: two known, different ones are never twins. */
export function mayBeSame(a: number | undefined, b: number | undefined): boolean {
  return a === undefined || b === undefined || a === b;
}

export class TwinEvents {
  /** By payload: when it came, and from which processes. */
  #seen = new Map<string, readonly Seen[]>();

  /**
   * Whether the event that `report` was made of has been counted already. A prompt behind the end of its turn is another
   * one, whatever its text, and so is one of another process of the conversation. Where one of both processes is not
   * known they may be the same: two hooks of an agent that names no pid may have different parents.
   *
   * @param row the session's, before the event
   * @param at ms since 1970
   */
  isTwin({ agent, event, facts: { pid } }: Report, payload: unknown, row: Session | undefined, at: number): boolean {
    if (event.kind !== "prompt" && event.kind !== "subagent") return false;
    const key = `${agent} ${shortened(JSON.stringify(payload) ?? "")}`;
    const recent = (this.#seen.get(key) ?? []).filter((one) => Math.abs(at - one.at) <= TWINS_MS);
    const inTurn = event.kind === "subagent" || row?.status === "working";
    if (inTurn && recent.some((one) => mayBeSame(one.pid, pid))) return true;
    this.#seen.delete(key); // to the end: the first is the oldest
    this.#seen.set(key, [...recent.filter((one) => one.pid !== pid).slice(1 - MOST_PROCESSES), { at, pid }]);
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
