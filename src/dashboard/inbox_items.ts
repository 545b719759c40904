/** The inbox as rows: every request, oldest first, then what only the agents' own terminals can answer. Pure. */
import { type Approval, riskNamed } from "../domain/approval.ts";
import { escapeControls } from "../domain/sanitize.ts";
import { KIND_WORDS } from "../domain/state_words.ts";
import { markedSummary } from "../view/approval_words.ts";
import { requestNames } from "../view/approval_items.ts";
import type { SessionItem } from "../view/session_items.ts";
import { RISK_LOOKS } from "../view/states.ts";
import { duration } from "../view/times.ts";
import type { WindowState } from "../view/window_view.ts";

/**
 * A row for each request, by its id.
 *
 * @param sessions as the other list shows them: those that wait and ask nothing that can be answered here come last
 */
export function inboxItems(state: WindowState, sessions: readonly SessionItem[], now: number): readonly SessionItem[] {
  const names = requestNames(state.approvals, state.sessions);
  const requests = state.approvals.map((approval): SessionItem => ({
    id: approval.id,
    shortId: escapeControls(approval.id),
    name: names.get(approval.sessionId) ?? escapeControls(approval.sessionId),
    agent: escapeControls(approval.agent),
    state: "waiting",
    age: duration(now - Date.parse(approval.requestedAt)),
    about: escapeControls(markedSummary(approval)) || KIND_WORDS[approval.for],
    marks: [],
    asks: asksOf(approval, now),
  }));
  const others = sessions.filter(({ state, asks }) => state === "waiting" && asks?.approval === undefined)
    .sort((a, b) => a.id < b.id ? -1 : 1);
  return [...requests, ...others];
}

function asksOf(approval: Approval, now: number): NonNullable<SessionItem["asks"]> {
  return {
    kind: KIND_WORDS[approval.for],
    approval,
    more: 0,
    left: `${duration(Date.parse(approval.deadline) - now)} left`,
    ...(approval.for === "question" ? {} : { risk: RISK_LOOKS[riskNamed(approval.risk)] }),
  };
}
