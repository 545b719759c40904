/**
 * The events of one capsule from the bus to its answer. They outlive its process: what was not answered when that died is
 * given to the next, and a hot reload goes on where the old one has ended. Pure.
 */
import type { ProcessLimits } from "./limits.ts";
import { fitsLine } from "./line_writer.ts";

/** An event as the bus has it: encoded once for all capsules. */
export interface QueuedEvent {
  readonly seq: number;
  readonly topic: string;
  /** Of `{seq, ts, type, data}`. */
  readonly json: string;
}

interface Entry {
  readonly event: QueuedEvent;
  /** Processes that died while it was theirs. */
  readonly deaths: number;
}

export interface LostEvents {
  readonly from: number;
  readonly to: number;
}

type QueueLimits = Pick<ProcessLimits, "unansweredEvents" | "backlogEvents" | "backlogBytes" | "lineBytes">;

/** Of a message around its event, bytes at most. */
const ENVELOPE = 160;
/** With so many it is the event that kills them. */
const MAX_DEATHS = 2;

export class EventQueue {
  readonly #limits: QueueLimits;
  #waiting: Entry[] = [];
  #units = 0;
  readonly #unanswered = new Map<number, Entry>();
  #lost: LostEvents | undefined;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get unanswered(): number {
    return this.#unanswered.size;
  }

  /** Events come in the order of their numbers; the oldest that wait make room. */
  push(event: QueuedEvent): void {
    this.#waiting.push({ event, deaths: 0 });
    this.#units += event.json.length;
    while (this.#waiting.length > this.#limits.backlogEvents || this.#units > this.#limits.backlogBytes) {
      const oldest = this.#shift();
      if (oldest !== undefined) this.#lose(oldest.event.seq);
    }
  }

  /** What its process gets next; undefined where that has enough to answer, or nothing waits. One too long is lost. */
  next():
    | { readonly kind: "event"; readonly event: QueuedEvent }
    | { readonly kind: "lost"; readonly lost: LostEvents }
    | undefined {
    if (this.#unanswered.size >= this.#limits.unansweredEvents) return undefined;
    if (this.#lost !== undefined) {
      const lost = this.#lost;
      this.#lost = undefined;
      return { kind: "lost", lost };
    }
    const entry = this.#shift();
    if (entry === undefined) return undefined;
    if (!fitsLine(entry.event.json, this.#limits.lineBytes - ENVELOPE)) {
      this.#lose(entry.event.seq);
      return this.next();
    }
    this.#unanswered.set(entry.event.seq, entry);
    return { kind: "event", event: entry.event };
  }

  acknowledge(seq: number): void {
    this.#unanswered.delete(seq);
  }

  /** Nobody waits any longer for what the process has not answered: it was given to it, and is given to no other. */
  settle(): void {
    this.#unanswered.clear();
  }

  /** Its process has died: the next gets what that has not answered, but nothing that two of them died of. */
  requeue(): void {
    const entries = [...this.#unanswered.values()].map(({ event, deaths }) => ({ event, deaths: deaths + 1 }));
    this.#unanswered.clear();
    const again = entries.filter(({ deaths }) => deaths < MAX_DEATHS);
    for (const { event, deaths } of entries) if (deaths >= MAX_DEATHS) this.#lose(event.seq);
    for (const { event } of again) this.#units += event.json.length;
    this.#waiting = [...again, ...this.#waiting];
  }

  #shift(): Entry | undefined {
    const entry = this.#waiting.shift();
    if (entry !== undefined) this.#units -= entry.event.json.length;
    return entry;
  }

  #lose(seq: number): void {
    const { from = seq, to = seq } = this.#lost ?? {};
    this.#lost = { from: Math.min(from, seq), to: Math.max(to, seq) };
  }
}
