/** The documentation of the JSON that `hook custom` takes; custom.ts reads it. */
import type { Action } from "../../domain/approval.ts";
import type { ErrorKind, WaitingFor } from "../../domain/session.ts";

export const ACTIONS: readonly Action[] = ["command", "write", "read", "fetch", "other"];
export const WAITING_KINDS: readonly WaitingFor[] = ["permission", "question", "plan", "elicitation"];
export const ERROR_KINDS: readonly ErrorKind[] = [
  "rate_limit",
  "overloaded",
  "auth",
  "billing",
  "invalid_request",
  "model_not_found",
  "server",
  "max_tokens",
];
interface FieldRow {
  readonly field: string;
  /** The events that it belongs to; "all" is every one. */
  readonly events: string;
  readonly doc: string;
}

/** All that is read; unknown fields are ignored, and a value that is not taken counts as absent and is named in the log. */
export const CUSTOM_FIELDS: readonly FieldRow[] = [
  {
    field: "agent",
    events: "all",
    doc: "required; the agent's name in its rows: a-z, 0-9, - and _, at most 32; not that of another agent",
  },
  { field: "session", events: "all", doc: "required; the agent's own id of the conversation, without spaces" },
  {
    field: "event",
    events: "all",
    doc:
      "start, prompt, tool, tool_end, ask, done, failed, interrupted, end or note; any other is a sign of life, told in the log",
  },
  { field: "cwd, title, model, branch, mode", events: "all", doc: "what is known of the session; texts" },
  {
    field: "pid",
    events: "all",
    doc: "the agent's process, a number: a row whose process was seen and is gone is shown as lost",
  },
  { field: "resumed", events: "start", doc: "true where the conversation existed before" },
  { field: "prompt", events: "prompt", doc: "the user's words; without them it is the agent's own prompt" },
  { field: "turn", events: "prompt, done", doc: "id of the turn: the end of an older one leaves a newer one running" },
  { field: "tool", events: "tool, tool_end, ask", doc: "the tool's name" },
  { field: "call", events: "tool, tool_end, ask", doc: "id of the call" },
  { field: "input", events: "tool, tool_end, ask", doc: "the command, path or URL as text, or any JSON object" },
  {
    field: "detail",
    events: "ask",
    doc: "text shown below the input, such as what would be written; no rule is about it",
  },
  { field: "action", events: "ask", doc: `${ACTIONS.join(", ")}: what rules judge it as; other where absent` },
  { field: "for", events: "ask", doc: `${WAITING_KINDS.join(", ")}; permission where absent` },
  {
    field: "choices",
    events: "ask",
    doc: 'of a question: [{"question": text, "options": [text], "multiple": bool}]; an option may also be ' +
      '{"label": text, "description": text}',
  },
  {
    field: "message",
    events: "ask, done, failed",
    doc: "why it is asked; the turn's last words; what went wrong",
  },
  { field: "background", events: "done", doc: "number of tasks that go on after the turn" },
  {
    field: "error",
    events: "failed",
    doc: `${ERROR_KINDS.join(", ")}; unknown where absent`,
  },
  { field: "reason", events: "end", doc: "why it ended" },
];

/** {@link CUSTOM_FIELDS} as Markdown, for the documentation. */
export function customMarkdown(): string {
  const rows = CUSTOM_FIELDS.map(({ field, events, doc }) =>
    `| ${field} | ${events} | ${doc.replaceAll("|", "\\|")} |`
  );
  return ["| field | events | meaning |", "|---|---|---|", ...rows, ""].join("\n");
}
