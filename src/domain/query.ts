/** Queries on sessions: order, derived marks, counts. Pure. */
import { type Session, type Status, STATUSES } from "./session.ts";
import type { Derived } from "./event.ts";
import { displayStatus, type ShownState } from "./state_words.ts";
import { processesOf } from "./row_processes.ts";

export type SessionView = Session & Derived;

const RANK: Readonly<Record<Status, number>> = Object.freeze(
  Object.fromEntries(STATUSES.map((s, i) => [s, i])) as Record<Status, number>,
);

/** Waiting first, closed last; then by priority, then who has been in its state longest, then by id. */
export function byUrgency(a: SessionView, b: SessionView): number {
  return compareUrgency(a, a, b, b);
}

/** {@link byUrgency} for sessions whose marks are kept beside them: to sort many, none need be copied. */
export function compareUrgency(a: Session, marksOfA: Derived, b: Session, marksOfB: Derived): number {
  return rank(a, marksOfA) - rank(b, marksOfB) || b.priority - a.priority || compare(a.since, b.since) ||
    compare(a.id, b.id);
}

/**
 * A row whose process is gone waits for nobody: it is sorted after the living ones. One that waited before a restart
 * and was not seen since may wait no longer: it is sorted after those that certainly do.
 */
function rank({ status }: Session, { lost, unproven }: Derived): number {
  if (lost && status !== "closed") return RANK.closed - 0.5;
  return unproven && status === "waiting" ? RANK.waiting + 0.5 : RANK[status];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Stale: not closed, not idle, and without an event for `staleAfterMs`. */
export function isStale(session: Session, nowMs: number, staleAfterMs: number): boolean {
  if (session.status === "closed" || session.status === "idle") return false;
  return nowMs - Date.parse(session.lastEventAt) >= staleAfterMs;
}

/** Each session counts in the one state that lists show it in; the states together are the total. */
export type SessionCounts = Readonly<Record<ShownState, number>> & {
  readonly total: number;
  /** A mark and no state: so many of those in the states before have it. */
  readonly stale: number;
};

/** Counts sessions one by one. */
export class SessionCounter {
  readonly counts = { total: 0, starting: 0, idle: 0, working: 0, waiting: 0, error: 0, closed: 0, stale: 0, lost: 0 };

  add(session: SessionView): void {
    const state = displayStatus(session);
    this.counts.total++;
    this.counts[state]++;
    // What is lost is known to be silent.
    if (session.stale && state !== "lost") this.counts.stale++;
  }
}

/** The oldest of closed sessions, at most `atMost`, so that of many only a few need be sorted. */
export class OldestClosed {
  #atMost: number;
  #closed = 0;
  /** The oldest so far; cut back to `atMost` when there are twice as many. */
  #oldest: Session[] = [];
  /** Whoever is younger is not among them. */
  #youngest: Session | undefined;

  constructor(atMost: number) {
    this.#atMost = atMost;
  }

  /** Looks at one more session, of any status. */
  add(session: Session): void {
    if (session.status !== "closed") return;
    this.#closed++;
    if (this.#youngest !== undefined && byAge(session, this.#youngest) > 0) return;
    this.#oldest.push(session);
    if (this.#oldest.length >= 2 * this.#atMost) this.#cut();
  }

  /** Those beyond the newest `keep`, oldest first. */
  beyond(keep: number): readonly Session[] {
    this.#cut();
    return this.#oldest.slice(0, Math.max(0, this.#closed - keep));
  }

  #cut(): void {
    this.#oldest = this.#oldest.sort(byAge).slice(0, this.#atMost);
    this.#youngest = this.#oldest[this.#atMost - 1];
  }
}

/** The closed sessions beyond the newest `keep`, oldest first, at most `atMost`: rows that nobody will look for any more. */
export function forgettable(sessions: Iterable<Session>, keep: number, atMost: number): readonly Session[] {
  const oldest = new OldestClosed(atMost);
  for (const session of sessions) oldest.add(session);
  return oldest.beyond(keep);
}

export interface Unclaimed {
  /** Only who was last heard of before this, ISO 8601. */
  readonly before: string;
  /** Never these. */
  readonly isKept: (session: Session) => boolean;
  /** Its process was seen here and is gone. */
  readonly isLost: (session: Session) => boolean;
}

/**
 * The open sessions that most probably belong to nobody, at most `atMost`, the longest silent first: no process of theirs
 * was seen alive here, or it is gone.
 */
export function unclaimed(
  sessions: Iterable<Session>,
  { before, isKept, isLost }: Unclaimed,
  atMost: number,
): readonly Session[] {
  return [...sessions].filter((session) =>
    session.status !== "closed" && session.lastEventAt < before && !isKept(session) &&
    (isLost(session) || !processesOf(session).some(({ pidSeen }) => pidSeen === true))
  ).sort((a, b) => compare(a.lastEventAt, b.lastEventAt) || compare(a.id, b.id)).slice(0, atMost);
}

function byAge(a: Session, b: Session): number {
  return compare(a.since, b.since) || compare(a.id, b.id);
}

/** The session that needs the human most: the first that waits or failed. `sessions` in any order. */
export function mostUrgent(sessions: readonly SessionView[]): SessionView | undefined {
  const first = [...sessions].sort(byUrgency)[0];
  return first !== undefined && !first.lost && (first.status === "waiting" || first.status === "error")
    ? first
    : undefined;
}
