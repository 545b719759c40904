/**
 * Whose row an event is about. A row belongs to one agent and one session of it, so an event changes no row of another
 * agent, not even one of the same id: ids are the agents' own, and any of them may be made up. Pure.
 */
import type { Report } from "./report.ts";
import type { SessionLookup } from "./report_routing.ts";

/** What the names begin with that are given here: an agent's session of such an id gets one too, so that none meet. */
const GIVEN = /^([a-z0-9_-]+)(?:~\d+)?:/;

type Rows = Pick<SessionLookup, "get">;
type Named = Pick<Report, "agent" | "sessionId">;

/**
 * `report`, with the session's id as its agent says it, under the id of its own row. That is the session's id, unless
 * another agent has a row of that id: the one who comes later is called `AGENT:ID` on the wire too, or `AGENT~2:ID` where
 * that is taken. So is one whose own id looks like that. A session that has a row keeps it, also when the other one is
 * gone. Not to be called with the id of a row.
 */
export function ownRow<R extends Named>(report: R, rows: Rows): R {
  const { agent, sessionId } = report;
  let free: string | undefined;
  for (let nth = isPlain(report, rows) ? 0 : 1;; nth++) {
    const id = nth === 0 ? sessionId : `${agent}${nth === 1 ? "" : `~${nth}`}:${sessionId}`;
    const row = rows.get(id);
    if (row?.agent !== agent && (row !== undefined || free === undefined)) {
      if (row === undefined) free = id;
      continue;
    }
    const own = row === undefined ? free ?? id : id;
    return own === sessionId ? report : { ...report, sessionId: own };
  }
}

/** Whether no session of the agent can have been given this id; a row of an older version may have it as its own. */
function isPlain({ agent, sessionId }: Named, rows: Rows): boolean {
  const [, whose] = GIVEN.exec(sessionId) ?? [];
  return whose === undefined || whose !== agent && rows.get(sessionId)?.agent === agent;
}

/** The same for a feed, which also goes by the rows that it sees. */
export function rowForFeed<R extends Named>(report: R, rows: Rows): R {
  return rows.get(report.sessionId)?.agent === report.agent ? report : ownRow(report, rows);
}
