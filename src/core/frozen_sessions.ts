/**
 * All sessions as they were at one instant: references to rows that nobody changes, and what their marks depend on. So
 * to sort, to derive and to encode them may take its time.
 */
import { compareUrgency, isStale, SessionCounter, type SessionCounts, type SessionView } from "../domain/query.ts";
import type { HistoryEntry, Status } from "../domain/session.ts";
import { type Slices, sortInSlices } from "../lib/slices.ts";
import { AgentCounter, type AgentCounts } from "./agent_counts.ts";
import type { SessionRow } from "./session_rows.ts";

/** Which sessions are meant; an absent member stands for all. */
export interface SessionFilter {
  readonly status?: Status;
  readonly agent?: string;
}

/** What the instant was. */
interface Instant {
  /** The number of the last event that the rows know. */
  readonly seq: number;
  /** Wall clock, milliseconds since the epoch. */
  readonly nowMs: number;
  readonly staleAfterMs: number;
}

export class FrozenSessions {
  readonly rows: readonly SessionRow[];
  #instant: Instant;

  constructor(rows: readonly SessionRow[], instant: Instant) {
    this.rows = rows;
    this.#instant = instant;
  }

  get seq(): number {
    return this.#instant.seq;
  }

  get size(): number {
    return this.rows.length;
  }

  /** All that the filter lets through, most urgent first. */
  sorted(filter: SessionFilter = {}): SessionRow[] {
    return this.rows.filter((row) => isMeant(row, filter)).sort(compareRows);
  }

  /** The same, in slices. @throws the reason of the slices' signal */
  async sortedInSlices(filter: SessionFilter, slices: Slices): Promise<SessionRow[]> {
    return await sortInSlices(await this.#meant(filter, slices), compareRows, slices);
  }

  /** The session with its derived marks. */
  view({ entry: { session }, ...row }: SessionRow): SessionView {
    const { nowMs, staleAfterMs } = this.#instant;
    const isOpen = session.status !== "closed";
    const stale = isStale(session, nowMs, staleAfterMs);
    const lost = row.lost === true && isOpen;
    const unproven = row.unproven === true && isOpen && !lost;
    if (!stale && !lost && !unproven) return session;
    return { ...session, ...(stale ? { stale } : {}), ...(lost ? { lost } : {}), ...(unproven ? { unproven } : {}) };
  }

  /** The same with the periods that it went through. */
  viewWithHistory(row: SessionRow): SessionView & { readonly history: readonly HistoryEntry[] } {
    return { ...this.view(row), history: row.entry.history };
  }

  /** How many there are of each kind. @throws the reason of the slices' signal */
  async count(slices: Slices): Promise<SessionCounts> {
    return (await this.#counted(new SessionCounter(), slices)).counts;
  }

  /** How many each agent has of each kind. @throws the reason of the slices' signal */
  async countByAgent(slices: Slices): Promise<AgentCounts> {
    return (await this.#counted(new AgentCounter(), slices)).counts;
  }

  /** A look at each of many rows costs milliseconds, most of them waits for the memory. */
  async #meant(filter: SessionFilter, slices: Slices): Promise<readonly SessionRow[]> {
    if (filter.status === undefined && filter.agent === undefined) return this.rows;
    const meant: SessionRow[] = [];
    for (const [at, row] of this.rows.entries()) {
      if (isMeant(row, filter)) meant.push(row);
      if (at % LOOK === 0 && slices.isOver) await slices.next();
    }
    return meant;
  }

  async #counted<C extends { add(session: SessionView): void }>(counter: C, slices: Slices): Promise<C> {
    for (const [at, row] of this.rows.entries()) {
      counter.add(this.view(row));
      if (at % LOOK === 0 && slices.isOver) await slices.next();
    }
    return counter;
  }
}

/** So many rows are looked at between two looks at the clock. */
const LOOK = 64;

function compareRows(a: SessionRow, b: SessionRow): number {
  return compareUrgency(a.entry.session, a, b.entry.session, b);
}

function isMeant({ entry: { session } }: SessionRow, { status, agent }: SessionFilter): boolean {
  return (status === undefined || session.status === status) && (agent === undefined || session.agent === agent);
}
