/**
 * One event that two hooks brought: the agent's user and its project have our hook both, or one agent runs the hooks of
 * another as well. The payloads are equal then, and come at the same time. Most events say how things are, and may say
 * it twice; those that count must not.
 */
import type { Report } from "../domain/report.ts";
import { mayBeSame, type ProcessName } from "../domain/row_processes.ts";
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
  readonly process: ProcessName | undefined;
}

export class TwinEvents {
  /** By payload: when it came, and from which processes. */
  #seen = new Map<string, readonly Seen[]>();

  /**
   * Whether the event that `report` was made of has been counted already. A prompt behind the end of its turn is another
   * one, whatever its text, and so is one of another process of the conversation.
   *
   * @param row the session's, before the event
   * @param at ms since 1970
   */
  isTwin(
    { agent, event, facts: { pid }, elsewhere }: Report,
    payload: unknown,
    row: Session | undefined,
    at: number,
  ): boolean {
    if (event.kind !== "prompt" && event.kind !== "subagent") return false;
    const process = elsewhere ?? pid;
    const key = `${agent} ${shortened(JSON.stringify(payload) ?? "")}`;
    const recent = (this.#seen.get(key) ?? []).filter((one) => Math.abs(at - one.at) <= TWINS_MS);
    const inTurn = event.kind === "subagent" || row?.status === "working";
    if (inTurn && recent.some((one) => mayBeSame(one.process, process))) return true;
    this.#seen.delete(key); // to the end: the first is the oldest
    this.#seen.set(key, [...recent.filter((one) => one.process !== process).slice(1 - MOST_PROCESSES), {
      at,
      process,
    }]);
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
