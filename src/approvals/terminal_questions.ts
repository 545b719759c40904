/** The questions of all rows that only their terminals can answer. */
import type { FrozenSessions } from "../core/frozen_sessions.ts";
import type { SessionRow } from "../core/session_rows.ts";
import type { Store } from "../core/store.ts";
import type { Session } from "../domain/session.ts";
import { byAge, type TerminalQuestion, terminalQuestion } from "../domain/terminal_question.ts";
import { type Slices, sortInSlices } from "../lib/slices.ts";
import type { Inbox } from "./inbox.ts";

type Rows = Pick<Store, "get" | "waiting">;
type Pending = Pick<Inbox, "pending">;

/** Rows that wait, as they are at one instant, with those of their parents. */
interface Waiting {
  readonly frozen: FrozenSessions;
  readonly rows: readonly { readonly row: SessionRow; readonly parent: Session | undefined }[];
  /** Ids of the approvals that are open. */
  readonly pending: ReadonlySet<string>;
}

/** Oldest first. */
export function questionsInTerminals(store: Rows, inbox: Pending): TerminalQuestion[] {
  return [...questionsOf(waitingNow(store, inbox))].sort(byAge);
}

/**
 * The same in slices, of the instant of the call.
 *
 * @throws the reason of the slices' signal
 */
export async function questionsInSlices(store: Rows, inbox: Pending, slices: Slices): Promise<TerminalQuestion[]> {
  const questions: TerminalQuestion[] = [];
  for (const question of questionsOf(waitingNow(store, inbox))) {
    questions.push(question);
    if (slices.isOver) await slices.next();
  }
  return await sortInSlices(questions, byAge, slices);
}

/** The one of this row, where it has one. */
export function questionInTerminal(
  store: Pick<Store, "get" | "view">,
  inbox: Pending,
  rowId: string,
): TerminalQuestion | undefined {
  const row = store.view(rowId);
  return row && terminalQuestion(row, parentOf(row, store), idsOf(inbox));
}

function waitingNow(store: Rows, inbox: Pending): Waiting {
  const frozen = store.waiting();
  const rows = frozen.rows.map((row) => ({ row, parent: parentOf(row.entry.session, store) }));
  return { frozen, rows, pending: idsOf(inbox) };
}

function* questionsOf({ frozen, rows, pending }: Waiting): Generator<TerminalQuestion> {
  for (const { row, parent } of rows) {
    const question = terminalQuestion(frozen.view(row), parent, pending);
    if (question !== undefined) yield question;
  }
}

function parentOf({ parentId }: Session, store: Pick<Store, "get">): Session | undefined {
  return parentId === undefined ? undefined : store.get(parentId);
}

function idsOf(inbox: Pending): ReadonlySet<string> {
  return new Set(inbox.pending().map(({ id }) => id));
}
