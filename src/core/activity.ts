/**
 * What has happened since it began to listen, counted for monitoring: events by type, how requests ended and how long they
 * were open. Fed by the event bus; pure, and its memory is bounded whatever comes.
 */
import type { Approval, ApprovalStatus } from "../domain/approval.ts";
import { parseDecider } from "../domain/decider.ts";
import type { SequencedEvent } from "./event_bus.ts";

/** Upper bounds of the buckets of waits, s: a reflex, a look at the screen, a coffee, a meeting. */
export const WAIT_BUCKETS: readonly number[] = [1, 5, 15, 30, 60, 300, 900, 3600];

/** Types of events are a closed list in the code; a list that grew beyond this would be a bug, and is counted as one type. */
const MAX_TYPES = 200;
/** The type under which everything beyond a bound is counted. */
export const OTHER = "other";

/** Who ended a request; `nobody`: its deadline, its requester's end, or the agent's own terminal. */
export type EndedBy = "person" | "rule" | "mode" | "interceptor" | "nobody";

export interface ApprovalEnd {
  readonly approval: Approval;
  readonly outcome: Exclude<ApprovalStatus, "pending">;
  readonly by: EndedBy;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
}

/** How long requests of one end were open. */
export interface Waits {
  readonly outcome: ApprovalEnd["outcome"];
  readonly by: EndedBy;
  /** How many were open for at most {@link WAIT_BUCKETS}, each without those of the bucket before; the last: longer. */
  readonly buckets: readonly number[];
  readonly sum: number;
  readonly count: number;
}

type Heard = Pick<SequencedEvent, "ts" | "event">;

/** The end that an event says; undefined for every other event. */
export function approvalEnd({ ts, event }: Heard): ApprovalEnd | undefined {
  if (event.type !== "approval.decided" && event.type !== "approval.expired") return undefined;
  const { approval } = event.data;
  if (approval.status === "pending") return undefined;
  const endedAt = Date.parse(ts);
  // A clock that was set back must not make a wait negative.
  const startedAt = Math.min(Date.parse(approval.requestedAt), endedAt);
  return { approval, outcome: approval.status, by: endedBy(approval), startedAt, endedAt };
}

function endedBy(approval: Approval): EndedBy {
  const by = approval.status === "approved"
    ? approval.approved.by
    : approval.status === "denied"
    ? approval.denied.by
    : undefined;
  if (by === undefined) return "nobody";
  const { kind } = parseDecider(by);
  return kind === "client" ? "person" : kind;
}

export class Activity {
  #events = new Map<string, number>();
  #waits = new Map<string, Waits & { buckets: number[]; sum: number; count: number }>();

  hear(heard: Heard): void {
    const { event } = heard;
    const type = this.#events.has(event.type) || this.#events.size < MAX_TYPES ? event.type : OTHER;
    this.#events.set(type, (this.#events.get(type) ?? 0) + 1);
    const end = approvalEnd(heard);
    if (end !== undefined) this.#addWait(end);
  }

  /** Type → how many. */
  get events(): ReadonlyMap<string, number> {
    return this.#events;
  }

  get waits(): readonly Waits[] {
    return [...this.#waits.values()];
  }

  #addWait({ outcome, by, startedAt, endedAt }: ApprovalEnd): void {
    const key = `${outcome} ${by}`;
    let waits = this.#waits.get(key);
    if (waits === undefined) {
      waits = { outcome, by, buckets: new Array(WAIT_BUCKETS.length + 1).fill(0), sum: 0, count: 0 };
      this.#waits.set(key, waits);
    }
    const seconds = (endedAt - startedAt) / 1000;
    const found = WAIT_BUCKETS.findIndex((bound) => seconds <= bound);
    const at = found < 0 ? WAIT_BUCKETS.length : found;
    waits.buckets[at] = (waits.buckets[at] ?? 0) + 1;
    waits.sum += seconds;
    waits.count++;
  }
}
