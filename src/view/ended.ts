/** Which sessions that have ended a window still lists: those of a moment ago, and all of them for who looks for them. Pure. */
import type { SessionView } from "../domain/query.ts";

/** So long after its end a session is shown, ms, and so many at most. */
const SHOWN_MS = 3_600_000;
const SHOWN = 5;

/** All that are open, and the ended ones that are to be shown. @param text of the filter @param now ms since the epoch */
export function listedSessions(sessions: readonly SessionView[], text: string, now: number): readonly SessionView[] {
  if (/(?:^|\s)status:c/i.test(text)) return sessions;
  const ended = sessions.filter(({ status, since }) => status === "closed" && now - Date.parse(since) < SHOWN_MS);
  const kept = new Set(ended.sort((a, b) => a.since < b.since ? 1 : -1).slice(0, SHOWN));
  return sessions.filter((one) => one.status !== "closed" || kept.has(one));
}
