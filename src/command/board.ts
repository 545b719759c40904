/** What commands name: the sessions and requests as the caller may see them, and the one that a word means. */
import type { MethodCaller } from "../core/methods_door.ts";
import type { Approval } from "../domain/approval.ts";
import type { SessionView } from "../domain/query.ts";
import { escapeControls } from "../domain/sanitize.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { approvalSummary } from "../view/approval_words.ts";
import { sessionNames } from "../view/names.ts";
import { everyMatch, matchSessions, type Nameables, openApprovals } from "../view/pick.ts";

/** @throws {ConsoleError} */
export async function loadAll(caller: MethodCaller, approvals: "all" | "pending" = "all"): Promise<Nameables> {
  const [sessions, asked] = [await everySession(caller), await caller.call("approval.list", { status: approvals })];
  return { sessions, approvals: asked.approvals };
}

/** All pages of the list. */
export async function everySession(caller: MethodCaller): Promise<readonly SessionView[]> {
  const sessions: SessionView[] = [];
  for (let cursor: { readonly cursor?: string } | undefined = {}; cursor !== undefined;) {
    const page: Awaited<ReturnType<typeof listed>> = await listed(caller, cursor);
    sessions.push(...page.sessions);
    cursor = page.nextCursor === undefined ? undefined : { cursor: page.nextCursor };
  }
  return sessions;
}

function listed(caller: MethodCaller, cursor: { readonly cursor?: string }) {
  return caller.call("session.list", cursor);
}

/** @throws {ConsoleError} `not_found`, `conflict` where several are meant, `usage` where none is named */
export function sessionNamed(given: string | undefined, sessions: readonly SessionView[]): SessionView {
  if (given === undefined) throw new ConsoleError("usage", "no session is named", { hint: "/sessions lists them" });
  const { found } = matchSessions(given, sessions);
  return only(found, given, "session", ({ id }) => `${id}  ${sessionNames(found).get(id) ?? ""}`);
}

/**
 * The request with that id, or the only one that is open of that session; where nothing is named the only one of all.
 *
 * @throws {ConsoleError} `not_found`, `conflict` where several are meant
 */
export function requestNamed(given: string | undefined, board: Nameables): Approval {
  const whole = board.approvals.find(({ id }) => id === given);
  if (whole !== undefined) return whole;
  const open = given === undefined
    ? board.approvals.filter(({ status }) => status === "pending")
    : openApprovals(everyMatch(given, board), board);
  if (open.length === 0 && given === undefined) {
    throw new ConsoleError("not_found", "nothing waits for an answer", { hint: "/sessions shows who works on what" });
  }
  return only(open, given ?? "", "request", (one) => `${one.id}  ${one.agent}  ${approvalSummary(one)}`);
}

function only<T>(found: readonly T[], given: string, what: string, line: (one: T) => string): T {
  const [first, ...more] = found;
  const named = given === "" ? "" : ` for "${escapeControls(given)}"`;
  if (first === undefined) {
    const hint = what === "session" ? "/sessions lists them" : "/approvals lists them";
    throw new ConsoleError("not_found", `there is no ${what}${named}`, { hint });
  }
  if (more.length === 0) return first;
  const lines = found.map((one) => `  ${escapeControls(line(one))}`).join("\n");
  throw new ConsoleError("conflict", `there are ${found.length} ${what}s${named}:\n${lines}`, {
    hint: "give the id of one of them",
  });
}
