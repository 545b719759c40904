/**
 * What a tool call does, in the actions that rules know. Agents name their tools differently; each adapter provides the
 * table of its names.
 */
import { type Action, type ApprovalRequest, SEARCH_FILTERS } from "../../domain/approval.ts";
import { type Fields, optional, stringField } from "../../lib/json_fields.ts";
import { writePreview } from "./write_preview.ts";

/**
 * Tool name → what it does, and the field of its input that says to what, where one does. A `search` reads what it finds
 * in a folder.
 */
export type ToolTable = Readonly<Record<string, readonly [does: Action | "search", field?: string]>>;

/** Claude Code's own tools; other agents of its hook format have most of them. */
export const HOOK_FORMAT_TOOLS: ToolTable = {
  Bash: ["command", "command"],
  PowerShell: ["command", "command"],
  Monitor: ["command", "command"],
  Write: ["write", "file_path"],
  Edit: ["write", "file_path"],
  MultiEdit: ["write", "file_path"],
  NotebookEdit: ["write", "notebook_path"],
  Read: ["read", "file_path"],
  Glob: ["search"], // its pattern may leave its path
  Grep: ["search", "path"],
  WebFetch: ["fetch", "url"],
  WebSearch: ["fetch", "query"],
};

/**
 * The call as rules see it. The subject is the whole text as it will run; where no field says it, the input as JSON,
 * which no rule about a path or a command matches by chance.
 */
export function callOf(
  tool: string,
  input: Fields,
  table: ToolTable,
): Pick<ApprovalRequest, "tool" | "action" | "subject" | "paths" | "detail" | "unsandboxed" | "reasoning"> {
  const [does, field] = Object.hasOwn(table, tool) ? table[tool]! : ["other" as const];
  const action = does === "search" ? "read" : does;
  const narrowed = does === "search" && SEARCH_FILTERS.some((name) => Object.hasOwn(input, name));
  const subject = field === undefined || narrowed ? undefined : stringField(input, field);
  return {
    tool,
    action,
    subject: subject ?? JSON.stringify(input),
    ...(does === "search" ? { paths: searchedPaths(stringField(input, field ?? "path")) } : {}),
    // The input as a whole shows it already.
    ...(action === "write" && subject !== undefined ? optional("detail", writePreview(input)) : {}),
    ...(action === "command" && leavesSandbox(input) ? { unsandboxed: true, detail: OUTSIDE } : {}),
    // Only a command's description says why; what other tools call so is part of their work.
    ...(action === "command" ? optional("reasoning", stringField(input, "description")) : {}),
  };
}

/** What a search may show, for deny rules; without a folder it is the one that the agent works in. */
export function searchedPaths(folder = "."): readonly string[] {
  return [folder, `${folder}/**`];
}

const OUTSIDE = "outside the sandbox (dangerouslyDisableSandbox)";

/** Anything but a plain no: how Claude reads another value is not known. */
function leavesSandbox(input: Fields): boolean {
  return (input["dangerouslyDisableSandbox"] ?? false) !== false;
}
