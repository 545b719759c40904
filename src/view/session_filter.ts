/** Which sessions a list shows. Pure. */
import type { Approval } from "../domain/approval.ts";
import type { SessionView } from "../domain/query.ts";
import type { WaitingFor } from "../domain/session.ts";
import { displayStatus, type ShownState } from "../domain/state_words.ts";

export interface ListFilter {
  readonly status?: ShownState;
  readonly agent?: string;
  /** The whole id of a session; its sub-agents are shown too. */
  readonly session?: string;
  readonly for?: WaitingFor;
}

/** Whether the list that `filter` makes has `session`. */
export function passesFilter(session: SessionView, filter: ListFilter): boolean {
  const { status, agent, for: kind } = filter;
  return (status === undefined || displayStatus(session) === status || session.status === status) &&
    (agent === undefined || session.agent === agent) &&
    (kind === undefined || (session.status === "waiting" && session.waiting.for === kind)) &&
    (filter.session === undefined || isOf(filter.session, session));
}

/** The same for a request, whose session waits for it whatever its row says; the list may not know that session. */
export function requestPasses(approval: Approval, session: SessionView | undefined, filter: ListFilter): boolean {
  return (filter.status === undefined || filter.status === "waiting") &&
    (filter.agent === undefined || approval.agent === filter.agent) &&
    (filter.for === undefined || approval.for === filter.for) &&
    (filter.session === undefined || approval.sessionId === filter.session ||
      (session !== undefined && isOf(filter.session, session)));
}

/** The same for what the daemon runs; a job, which is of no session, passes where nothing is asked for. */
export function workPasses(
  { agent, state, sessionId }: {
    readonly agent: string;
    readonly state?: ShownState;
    readonly sessionId?: string | null;
  },
  session: SessionView | undefined,
  filter: ListFilter,
): boolean {
  return filter.for === undefined &&
    (filter.status === undefined || filter.status === state) &&
    (filter.agent === undefined || filter.agent === agent) &&
    (filter.session === undefined || sessionId === filter.session ||
      (session !== undefined && isOf(filter.session, session)));
}

function isOf(given: string, { id, parentId }: SessionView): boolean {
  return id === given || parentId === given;
}
