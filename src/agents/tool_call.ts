/**
 * What a tool call does to the machine, in words that rules understand. Agents name their tools each in their own way;
 * an adapter gives the table of its names.
 */
import type { Action, Ask } from "../domain/approval.ts";
import { type Fields, maybe, text } from "./fields.ts";
import { writtenBy } from "./written.ts";

/** Tool name → what it does, and the field of its input that says to what, where one does. */
export type ToolTable = Readonly<Record<string, readonly [action: Action, field?: string]>>;

/** Claude Code's own tools. */
export const CLAUDE_TOOLS: ToolTable = {
  Bash: ["command", "command"],
  PowerShell: ["command", "command"],
  Monitor: ["command", "command"],
  Write: ["write", "file_path"],
  Edit: ["write", "file_path"],
  MultiEdit: ["write", "file_path"],
  NotebookEdit: ["write", "notebook_path"],
  Read: ["read", "file_path"],
  Glob: ["read"], // its pattern may leave its path
  Grep: ["read", "path"],
  WebFetch: ["fetch", "url"],
  WebSearch: ["fetch", "query"],
};

/** Fields of a search that say which files of its folder it shows: `.env` is not in the folder's own name. */
const NARROWS = ["glob", "include", "include_pattern"];

/**
 * The call as rules see it. The subject is the whole text as it will run; where no field says it, the input as JSON,
 * which no rule about a path or a command matches by chance.
 */
export function callOf(
  tool: string,
  input: Fields,
  table: ToolTable,
): Pick<Ask, "tool" | "action" | "subject" | "paths" | "detail" | "unsandboxed" | "reasoning"> {
  const [action, field] = Object.hasOwn(table, tool) ? table[tool]! : ["other" as const];
  const narrowed = action === "read" && NARROWS.some((name) => Object.hasOwn(input, name));
  const subject = field === undefined || narrowed ? undefined : text(input, field);
  const folder = action === "read" && subject === undefined ? text(input, field ?? "path") : undefined;
  return {
    tool,
    action,
    subject: subject ?? JSON.stringify(input),
    // A search that its input as a whole stands for is still one in a folder.
    ...maybe("paths", folder === undefined ? undefined : [folder]),
    // The input as a whole shows it already.
    ...(action === "write" && subject !== undefined ? maybe("detail", writtenBy(input)) : {}),
    ...(action === "command" && leavesSandbox(input) ? { unsandboxed: true, detail: OUTSIDE } : {}),
    // Only a command's description says why; what other tools call so is part of their work.
    ...(action === "command" ? maybe("reasoning", text(input, "description")) : {}),
  };
}

const OUTSIDE = "outside the sandbox (dangerouslyDisableSandbox)";

/** Anything but a plain no: how Claude reads another value is not known. */
function leavesSandbox(input: Fields): boolean {
  return (input["dangerouslyDisableSandbox"] ?? false) !== false;
}
