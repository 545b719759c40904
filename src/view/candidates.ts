/** The candidates where a name may be several: a row each, by which people and agents tell them apart. Pure. */
import type { Approval } from "../domain/approval.ts";
import type { SessionView } from "../domain/query.ts";
import { clip, escapeControls, headAndTail, oneLine } from "../domain/sanitize.ts";
import { BELOW, nameOfSession } from "../domain/session_name.ts";
import { displayStatus, STATE_WORDS } from "../domain/state_words.ts";
import { activityText } from "./about.ts";
import { requestNames } from "./approval_items.ts";
import { approvalSummary } from "./approval_words.ts";
import { tildePath } from "./names.ts";
import type { Nameables } from "./pick.ts";

/** Widest parts of a row, columns. */
const SHOWN = { name: 24, folder: 40, what: 60 } as const;

/** A row to choose: its id, which may be typed instead of its number, and what it is. Outside text, not escaped. */
export interface Row {
  readonly id: string;
  readonly words: readonly string[];
}

/** What rows are told from. */
interface Around extends Pick<Nameables, "sessions"> {
  /** The user's home folder, where it is known: folders are short then. */
  readonly home: string | undefined;
}

/** The rows as lines with aligned columns, escaped. */
export function rowLines(rows: readonly Row[]): readonly string[] {
  const cells = rows.map(({ id, words }) => [id, ...words].map(escapeControls));
  const widths = cells[0]?.map((_, at) => Math.max(...cells.map((line) => line[at]?.length ?? 0))) ?? [];
  return cells.map((line) => line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ").trimEnd());
}

/** id, name as in the lists, what it asks: of all that is open. */
export function openRows(open: readonly Approval[], { sessions }: Pick<Nameables, "sessions">): readonly Row[] {
  const names = requestNames(open, sessions);
  return open.map((one) => ({
    id: one.id,
    words: [clip(names.get(one.sessionId) ?? "", SHOWN.name), whatIsAsked(one)],
  }));
}

/** id, name, agent, folder, what it asks: their names are the same as a rule. */
export function approvalRow(approval: Approval, { sessions, home }: Around): Row {
  const { id, agent, cwd, sessionId } = approval;
  const session = sessions.find((one) => one.id === sessionId) ?? { agent, ...(cwd === undefined ? {} : { cwd }) };
  return { id, words: [...whose(session, { sessions, home }), whatIsAsked(approval)] };
}

/** id, name, agent, folder, what it does. */
export function sessionRow(session: SessionView, around: Around): Row {
  const about = headAndTail(activityText(session), SHOWN.what);
  return { id: session.id, words: [...whose(session, around), STATE_WORDS[displayStatus(session)].word, about] };
}

function whose(
  session: Pick<SessionView, "agent" | "cwd" | "parentId" | "title">,
  { sessions, home }: Around,
): readonly string[] {
  const parent = sessions.find(({ id }) => id === session.parentId);
  const name = `${parent === undefined ? "" : `${nameOfSession(parent)}${BELOW}`}${nameOfSession(session)}`;
  const folder = session.cwd === undefined ? "" : headAndTail(tildePath(oneLine(session.cwd), home), SHOWN.folder);
  return [clip(name, SHOWN.name), session.agent, folder];
}

function whatIsAsked(approval: Approval): string {
  return headAndTail(oneLine(approvalSummary(approval)), SHOWN.what);
}
