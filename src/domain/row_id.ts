/**
 * Whose row an event is about. A row belongs to one agent and one session of it, so an event changes no row of another
 * agent, not even one of the same id: ids are the agents' own, and any of them may be made up. Pure.
 */
import type { Report } from "./report.ts";
import type { SessionLookup } from "./report_routing.ts";

/**
 * `report` under the id of its own row. That is the session's id, unless another agent has a row of that id: the one who
 * comes later is called `AGENT:ID` on the wire too. A session that has a row keeps it, also when the other one is gone.
 */
export function ownRow<R extends Pick<Report, "agent" | "sessionId">>(report: R, rows: Pick<SessionLookup, "get">): R {
  const { agent, sessionId } = report;
  let free: string | undefined;
  for (let id = sessionId;; id = `${agent}:${id}`) {
    const row = rows.get(id);
    if (row?.agent === agent) return id === sessionId ? report : { ...report, sessionId: id };
    if (row === undefined && free !== undefined) return free === sessionId ? report : { ...report, sessionId: free };
    if (row === undefined) free = id;
  }
}
