/** The questions of all rows that only their terminals can answer. */
import type { Store } from "../core/store.ts";
import { type TerminalQuestion, terminalQuestions } from "../domain/terminal_question.ts";
import type { Inbox } from "./inbox.ts";

/** Oldest first. */
export function questionsInTerminals(
  store: Pick<Store, "sessions" | "view">,
  inbox: Pick<Inbox, "pending">,
): TerminalQuestion[] {
  const ids = [...store.sessions()].flatMap(({ status, id, parentId }) =>
    status !== "waiting" ? [] : parentId === undefined ? [id] : [id, parentId]
  );
  return terminalQuestions(ids.flatMap((id) => store.view(id) ?? []), inbox.pending());
}

/** The one of this row, where it has one. */
export function questionInTerminal(
  store: Pick<Store, "view">,
  inbox: Pick<Inbox, "pending">,
  rowId: string,
): TerminalQuestion | undefined {
  const row = store.view(rowId);
  const parent = row?.parentId === undefined ? undefined : store.view(row.parentId);
  const rows = [row, parent].filter((one) => one !== undefined);
  return terminalQuestions(rows, inbox.pending()).find(({ sessionId }) => sessionId === rowId);
}
