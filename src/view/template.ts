/** `--format`: one line a row, from a template with the names of fields in double braces. Pure. */
import type { Approval } from "../domain/approval.ts";
import type { SessionView } from "../domain/query.ts";
import { escapedLine } from "../domain/sanitize.ts";
import { KIND_WORDS } from "../domain/state_words.ts";
import type { SessionItem } from "./session_items.ts";
import { approvalSummary, outcomeText } from "./approval_words.ts";
import { duration } from "./times.ts";
import { terminalPlace } from "../domain/terminal_place.ts";

type Field<T> = (row: T) => string | number | undefined;
export type TemplateFields<T> = Readonly<Record<string, Field<T>>>;

/** A session and what is shown of it. */
export interface ListedSession {
  readonly item: SessionItem;
  readonly session: SessionView;
}

/** Field → its value. An absent one is empty. */
export const SESSION_FIELDS: TemplateFields<ListedSession> = {
  id: ({ item }) => item.id,
  name: ({ item }) => item.name,
  agent: ({ item }) => item.agent,
  status: ({ item }) => item.state,
  for: ({ session }) => session.status === "waiting" ? KIND_WORDS[session.waiting.for] : undefined,
  age: ({ item }) => item.age,
  since: ({ session }) => session.since,
  about: ({ item }) => item.about,
  approval: ({ item }) => item.asks?.approval?.id,
  risk: ({ item }) => item.asks?.approval?.risk,
  title: ({ session }) => session.title,
  cwd: ({ session }) => session.cwd,
  branch: ({ session }) => session.gitBranch,
  model: ({ session }) => session.model,
  prompt: ({ session }) => session.lastPrompt,
  turns: ({ session }) => session.turnCount,
  cost: ({ session }) => session.cost?.usd,
  context: ({ session }) => session.cost?.contextPercent,
  terminal: ({ session }) => terminalPlace(session),
  pid: ({ session }) => session.pid,
  parent: ({ session }) => session.parentId,
  priority: ({ session }) => session.priority,
  tags: ({ session }) => session.tags.join(","),
};

/** A request, and what its session is called. */
export interface ListedRequest {
  readonly approval: Approval;
  readonly name: string;
  readonly terminal?: string;
  readonly now: number;
}

export const APPROVAL_FIELDS: TemplateFields<ListedRequest> = {
  id: ({ approval }) => approval.id,
  session: ({ approval }) => approval.sessionId,
  name: ({ name }) => name,
  agent: ({ approval }) => approval.agent,
  status: ({ approval }) => approval.status,
  outcome: ({ approval }) => approval.status === "pending" ? undefined : outcomeText(approval),
  for: ({ approval }) => KIND_WORDS[approval.for],
  risk: ({ approval }) => approval.risk,
  tool: ({ approval }) => approval.tool,
  input: ({ approval }) => approval.input,
  about: ({ approval }) => approvalSummary(approval),
  cwd: ({ approval }) => approval.cwd,
  terminal: ({ terminal }) => terminal,
  age: ({ approval, now }) => duration(now - Date.parse(approval.requestedAt)),
  since: ({ approval }) => approval.requestedAt,
  deadline: ({ approval }) => approval.deadline,
};

/** Makes the line of a row; `\t` and `\n` in the template are a tab and a line break. */
export type Template<T> = (row: T) => string;

/** @returns the template, or the names in it that are no field */
export function parseTemplate<T>(
  text: string,
  fields: TemplateFields<T>,
): Template<T> | { readonly unknown: string[] } {
  const parts = text.split(/\{\{\s*([^{}]*?)\s*\}\}/);
  const unknown = parts.filter((name, i) => i % 2 === 1 && !Object.hasOwn(fields, name));
  if (unknown.length > 0) return { unknown };
  const pieces = parts.map((part, i): Field<T> => {
    if (i % 2 === 1) return fields[part] ?? (() => undefined);
    const words = part.replaceAll("\\t", "\t").replaceAll("\\n", "\n");
    return () => words;
  });
  return (row) =>
    pieces.map((piece, i) => {
      const value = piece(row) ?? "";
      // What stands between the fields is the caller's own.
      return i % 2 === 1 ? escapedLine(String(value)) : value;
    }).join("");
}
