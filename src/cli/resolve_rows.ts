/** The candidates where what was typed may be several: a row each, by which people tell them apart. Not escaped. */
import type { Approval } from "../domain/approval.ts";
import type { SessionView } from "../domain/query.ts";
import { clip, headAndTail, oneLine } from "../domain/sanitize.ts";
import { BELOW, nameOfSession } from "../domain/session_name.ts";
import { displayStatus, STATE_WORDS } from "../domain/state_words.ts";
import { activityText } from "../view/about.ts";
import { requestNames } from "../view/approval_items.ts";
import { approvalSummary } from "../view/approval_words.ts";
import type { Nameables } from "../view/pick.ts";
import type { Row } from "./ask.ts";
import { withTilde } from "./tilde.ts";

/** Widest parts of a row, columns. */
const SHOWN = { name: 24, folder: 40, what: 60 } as const;

/** id, name as in the lists, what it asks: of all that is open. */
export function openRows(open: readonly Approval[], { sessions }: Pick<Nameables, "sessions">): readonly Row[] {
  const names = requestNames(open, sessions);
  return open.map((one) => ({
    id: one.id,
    words: [clip(names.get(one.sessionId) ?? "", SHOWN.name), whatIsAsked(one)],
  }));
}

/** id, name, agent, folder, what it asks: their names are the same as a rule. */
export function approvalRow(approval: Approval, { sessions }: Pick<Nameables, "sessions">): Row {
  const { id, agent, cwd, sessionId } = approval;
  const session = sessions.find((one) => one.id === sessionId) ?? { agent, ...(cwd === undefined ? {} : { cwd }) };
  return { id, words: [...whose(session, sessions), whatIsAsked(approval)] };
}

/** id, name, agent, folder, what it does. */
export function sessionRow(session: SessionView, sessions: readonly SessionView[]): Row {
  const about = headAndTail(activityText(session), SHOWN.what);
  return { id: session.id, words: [...whose(session, sessions), STATE_WORDS[displayStatus(session)].word, about] };
}

function whose(
  session: Pick<SessionView, "agent" | "cwd" | "parentId" | "title">,
  sessions: readonly SessionView[],
): readonly string[] {
  const parent = sessions.find(({ id }) => id === session.parentId);
  const name = `${parent === undefined ? "" : `${nameOfSession(parent)}${BELOW}`}${nameOfSession(session)}`;
  const folder = session.cwd === undefined ? "" : headAndTail(withTilde(oneLine(session.cwd)), SHOWN.folder);
  return [clip(name, SHOWN.name), session.agent, folder];
}

function whatIsAsked(approval: Approval): string {
  return headAndTail(oneLine(approvalSummary(approval)), SHOWN.what);
}
