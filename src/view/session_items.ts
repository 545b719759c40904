/**
 * Sessions as every window shows them: in order, with what each asks and by which id it is answered. State, open
 * requests and the time go in; texts that are safe to show come out. Pure.
 */
import { type Approval, riskNamed } from "../domain/approval.ts";
import { byUrgency, type SessionView } from "../domain/query.ts";
import { escapeControls } from "../domain/sanitize.ts";
import type { Cost } from "../domain/session.ts";
import { activityText } from "./about.ts";
import { sessionNames, shortIds } from "./names.ts";
import { BELOW } from "../domain/session_name.ts";
import { displayStatus, KIND_WORDS, type ShownState } from "../domain/state_words.ts";
import { terminalPlace } from "../domain/terminal_place.ts";
import { GROUP_OF, type GroupKey, RISK_LOOKS, type RiskLook } from "./states.ts";
import { duration } from "./times.ts";

export interface SessionItem {
  readonly id: string;
  /** The beginning of the id by which it is known among those listed. */
  readonly shortId: string;
  readonly name: string;
  /** Of a sub-agent: its session's id, and its name without that session's, for rows directly below it. */
  readonly parent?: { readonly id: string; readonly nameBelow: string };
  readonly agent: string;
  readonly state: ShownState;
  /** How long it is in its state: `3m`. */
  readonly age: string;
  /** What it waits for, runs, said, failed with or did, in one line. */
  readonly about: string;
  /** What is uncertain of it: `stale`, `unproven`. */
  readonly marks: readonly string[];
  readonly cost?: Cost;
  /** Set while it waits for a person. */
  readonly asks?: Asks;
}

/** What a session that waits asks. */
export interface Asks {
  /** `permission`, `question`, `plan` or `form`. */
  readonly kind: string;
  /** The request by which it is answered; absent where only its own terminal can answer. */
  readonly approval?: Approval;
  /** So many more requests of the same session are open. */
  readonly more: number;
  readonly risk?: RiskLook;
  /** Until when it can be answered from here: `41s left`; absent where nothing ends it. */
  readonly left?: string;
  /** Where its own dialog is. */
  readonly place?: string;
}

/**
 * Most urgent first.
 *
 * @param now ms since the epoch
 * @param names of all of them
 */
export function sessionItems(
  sessions: readonly SessionView[],
  approvals: readonly Approval[],
  now: number,
  names: ReadonlyMap<string, string> = sessionNames(sessions),
): readonly SessionItem[] {
  const short = shortIds(sessions.map(({ id }) => id));
  const open = Map.groupBy(approvals.filter(({ status }) => status === "pending"), ({ sessionId }) => sessionId);
  return [...sessions].sort(byUrgency).map((session): SessionItem => {
    const { id, agent, since, cost } = session;
    const name = names.get(id) ?? escapeControls(id);
    const asks = asksOf(session, open.get(id) ?? [], now);
    return {
      id,
      shortId: escapeControls(short.get(id) ?? id),
      name,
      ...parentOf(session, name, names),
      agent: escapeControls(agent),
      state: displayStatus(session),
      age: duration(now - Date.parse(since)),
      about: activityText(session, asks?.approval),
      marks: marksOf(session),
      ...(cost === undefined ? {} : { cost }),
      ...(asks === undefined ? {} : { asks }),
    };
  });
}

function parentOf(
  { parentId: id = "" }: SessionView,
  name: string,
  names: ReadonlyMap<string, string>,
): Pick<SessionItem, "parent"> {
  const before = `${names.get(id)}${BELOW}`;
  return names.has(id) && name.startsWith(before) ? { parent: { id, nameBelow: name.slice(before.length) } } : {};
}

/** Only who works or waits is expected to say something. */
function marksOf({ status, stale, unproven }: SessionView): readonly string[] {
  const isBusy = status === "working" || status === "waiting";
  return [...(stale && isBusy ? ["stale"] : []), ...(unproven ? ["unproven"] : [])];
}

function asksOf(session: SessionView, open: readonly Approval[], now: number): Asks | undefined {
  if (session.status !== "waiting" && open.length === 0) return undefined;
  // The one that the row is about.
  const own = session.status === "waiting" ? session.waiting.approvalId : undefined;
  const approval = open.find(({ id }) => id === own) ?? open[0];
  const kind = approval?.for ?? (session.status === "waiting" ? session.waiting.for : "permission");
  const place = terminalPlace(session);
  return {
    kind: KIND_WORDS[kind],
    more: Math.max(0, open.length - 1),
    ...(approval === undefined ? {} : { approval, left: `${duration(Date.parse(approval.deadline) - now)} left` }),
    ...(approval === undefined || kind === "question" ? {} : { risk: RISK_LOOKS[riskNamed(approval.risk)] }),
    ...(place === undefined ? {} : { place }),
  };
}

/**
 * As they are called where they stand: a sub-agent directly below its session, or below another sub-agent of it there,
 * without the session's name. Anywhere else, as in the next group, it would read as that of the row above.
 */
export function placedItems(items: readonly SessionItem[]): readonly SessionItem[] {
  /** Whose sub-agents may stand here. */
  let above: string | undefined;
  let group: GroupKey | undefined;
  return items.map((item) => {
    const { id, parent, state } = item;
    if (GROUP_OF[state] !== group) above = undefined;
    group = GROUP_OF[state];
    if (parent !== undefined && parent.id === above) return { ...item, name: `└ ${parent.nameBelow}` };
    above = parent === undefined ? id : undefined;
    return item;
  });
}
