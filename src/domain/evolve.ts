/** State from events: the only way in which a session changes, live and on replay. */
import { isSessionEvent, type NewEvent } from "./event.ts";
import type { SessionView } from "./query.ts";
import { HISTORY_CAP, type HistoryEntry, type Session } from "./session.ts";

/** A session with the periods it went through. */
export interface SessionEntry {
  readonly session: Session;
  readonly history: readonly HistoryEntry[];
}

/**
 * The row after `event`, or undefined where the event removes it or is about something else.
 * Pure: `row` is not touched.
 */
export function evolve(row: SessionEntry | undefined, event: NewEvent): SessionEntry | undefined {
  if (!isSessionEvent(event)) return row;
  if (event.type === "session.deleted") return undefined;
  const session = withoutMarks(event.data.session);
  return { session, history: extend(row, session) };
}

/** The session as it is stored: marks are derived anew for each view. Most events carry none and need no copy. */
function withoutMarks(marked: SessionView): Session {
  if (marked.stale === undefined && marked.lost === undefined && marked.unproven === undefined) return marked;
  const { stale: _s, lost: _l, unproven: _u, ...session } = marked;
  return session;
}

function extend(row: SessionEntry | undefined, next: Session): readonly HistoryEntry[] {
  if (row === undefined) return [];
  const { session: last, history } = row;
  if (last.status === next.status && last.since === next.since) return history;
  const entry: HistoryEntry = {
    status: last.status,
    from: last.since,
    durationMs: Math.max(0, Date.parse(next.since) - Date.parse(last.since)),
  };
  return [...(history.length < HISTORY_CAP ? history : history.slice(history.length + 1 - HISTORY_CAP)), entry];
}
