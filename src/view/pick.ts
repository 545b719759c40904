/**
 * What people type for an approval or a session: an id, the beginning of one, or the name of a session. Pure.
 *
 * An exact match always wins over a looser one: first the ids, then the names as `ls` shows them, in any case, then the
 * beginnings of ids. What a looser level would have matched too makes an exact one not ambiguous.
 */
import type { Approval } from "../domain/approval.ts";
import type { SessionView } from "../domain/query.ts";
import { oneLine } from "../domain/sanitize.ts";
import { BELOW, nameOfSession } from "../domain/session_name.ts";

export type Target =
  | { readonly kind: "approval"; readonly approval: Approval }
  | { readonly kind: "session"; readonly session: SessionView };

/** What can be named. */
export interface Nameables {
  /** The resolved ones too: they have an exact id and nothing else. */
  readonly approvals: readonly Approval[];
  readonly sessions: readonly SessionView[];
}

/** Shorter beginnings of an approval's id are too easily those of another. */
const SHORTEST = 3;

/** How a session was named: as a whole, or by the beginning of its id. */
export type MatchKind = "whole" | "beginning";

/**
 * The sessions that `given` names; several where it is ambiguous.
 *
 * @param wants of several with that name those that are open, or those that are closed, count
 */
export function matchSessions(
  given: string,
  sessions: readonly SessionView[],
  wants: "open" | "closed" = "open",
): { readonly found: readonly SessionView[]; readonly kind: MatchKind } {
  const whole = sessions.filter(({ id }) => id === given);
  if (whole.length > 0) return { found: whole, kind: "whole" };
  const named = matchNames(given, sessions, wants);
  if (named.length > 0) return { found: named, kind: "whole" };
  return { found: given === "" ? [] : sessions.filter(({ id }) => id.startsWith(given)), kind: "beginning" };
}

/** What `given` names of all; several where it is ambiguous. */
export function matchTargets(given: string, { approvals, sessions }: Nameables): readonly Target[] {
  const exact = approvals.filter(({ id }) => id === given);
  if (exact.length > 0) return exact.map(ofApproval);
  const { found, kind } = matchSessions(given, sessions);
  if (kind === "whole") return found.map(ofSession);
  const begun = given.length < SHORTEST
    ? []
    : approvals.filter(({ id, status }) => status === "pending" && id.startsWith(given));
  return [...begun.map(ofApproval), ...found.map(ofSession)];
}

/**
 * All that `given` could mean at any level, looser ones too: whoever decides something must not be led to another request
 * by a name that its agent has chosen.
 */
export function everyMatch(given: string, { approvals, sessions }: Nameables): readonly Target[] {
  const low = oneLine(given).toLowerCase();
  if (low === "") return [];
  const begun = approvals.filter(({ id, status }) =>
    id === given || (status === "pending" && given.length >= SHORTEST && id.startsWith(given))
  );
  const isSubagent = subagentNamed(given, sessions);
  const named = sessions.filter((one) => {
    const cwd = (one.cwd ?? "").toLowerCase();
    return one.id.startsWith(given) || isSubagent(one) || nameOfSession(one).toLowerCase() === low || cwd === low ||
      cwd.endsWith(`/${low}`);
  });
  return [...begun.map(ofApproval), ...named.map(ofSession)];
}

/** The open approvals of `targets`, each once. */
export function openApprovals(targets: readonly Target[], among: Nameables): readonly Approval[] {
  const found = targets.flatMap((one) =>
    one.kind === "approval" ? [one.approval] : openApprovalsOf(one.session, among)
  );
  return [...new Map(found.map((one) => [one.id, one])).values()];
}

function ofApproval(approval: Approval): Target {
  return { kind: "approval", approval };
}

function ofSession(session: SessionView): Target {
  return { kind: "session", session };
}

/**
 * The sessions with that name: those that are wanted where there are any, and a sub-agent's row, which has its parent's folder,
 * only where no other has the name. Spelled exactly comes before in any case; the folder of a row with a title, and two
 * or more last parts of it (`work/web`), come after the names.
 */
function matchNames(given: string, sessions: readonly SessionView[], wants: "open" | "closed"): readonly SessionView[] {
  const low = oneLine(given).toLowerCase();
  if (low === "") return [];
  const levels: readonly ((session: SessionView) => boolean)[] = [
    (one) => nameOfSession(one) === oneLine(given),
    (one) => nameOfSession(one).toLowerCase() === low,
    subagentNamed(given, sessions),
    ({ cwd = "" }) => cwd.toLowerCase() === low || cwd.toLowerCase().endsWith(`/${low}`),
  ];
  for (const isMeant of levels) {
    const found = sessions.filter(isMeant);
    if (found.length > 0) return narrowed(found, wants);
  }
  return [];
}

/** Whether a session is the sub-agent that lists call `given`: `api › general-purpose`, in any case. */
function subagentNamed(given: string, sessions: readonly SessionView[]): (session: SessionView) => boolean {
  const low = oneLine(given).toLowerCase();
  const at = low.lastIndexOf(BELOW);
  if (at < 0) return () => false;
  const parents = everyMatch(low.slice(0, at), { approvals: [], sessions });
  const ids = new Set(parents.flatMap((one) => one.kind === "session" ? [one.session.id] : []));
  const own = low.slice(at + BELOW.length);
  return (one) => {
    if (!ids.has(one.parentId ?? "")) return false;
    const name = nameOfSession(one).toLowerCase();
    // Two of one name are told apart by their ids.
    return own === name || (own.startsWith(`${name} `) && one.id.toLowerCase().startsWith(own.slice(name.length + 1)));
  };
}

function narrowed(found: readonly SessionView[], wants: "open" | "closed"): readonly SessionView[] {
  const preferred = (some: readonly SessionView[], is: (one: SessionView) => boolean) => {
    const better = some.filter(is);
    return better.length > 0 ? better : some;
  };
  return preferred(
    preferred(found, ({ status }) => (status === "closed") === (wants === "closed")),
    ({ parentId }) => parentId === undefined,
  );
}

/** The open approvals of a session and of its sub-agents, oldest first. */
export function openApprovalsOf(
  { id }: Pick<SessionView, "id">,
  { approvals, sessions }: Nameables,
): readonly Approval[] {
  const family = new Set([id]);
  // A parent's row is older than its child's, but the order of the rows is another: until none is added.
  for (let before = 0; before < family.size;) {
    before = family.size;
    for (const { id: child, parentId } of sessions) if (parentId && family.has(parentId)) family.add(child);
  }
  return approvals.filter(({ status, sessionId }) => status === "pending" && family.has(sessionId));
}
