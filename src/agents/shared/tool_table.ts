/**
 * What a tool call does, in the actions that rules know. Agents name their tools differently; each adapter provides the
 * table of its names.
 */
import { type Action, type ApprovalRequest, SEARCH_FILTERS, UNKNOWN_FOLDER } from "../../domain/approval.ts";
import { type Fields, optional, stringField } from "../../lib/json_fields.ts";
import { previewForm, writePreview } from "./write_preview.ts";

/**
 * Tool name → what it does, and the field of its input that says to what, where one does. A `search` shows what stands in
 * the files of a folder, a `list` their names.
 */
export type ToolTable = Readonly<Record<string, readonly [does: Action | Search, field?: string]>>;
type Search = "search" | "list";

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
  Glob: ["list"],
  Grep: ["search", "path"],
  WebFetch: ["fetch", "url"],
  WebSearch: ["fetch", "query"],
};

type Call = Pick<
  ApprovalRequest,
  "tool" | "action" | "subject" | "cwd" | "search" | "paths" | "detail" | "detailForm" | "unsandboxed" | "reasoning"
>;

/**
 * The call as rules see it. The subject is the whole text as it will run; where no field says it, the input as JSON,
 * which no rule about a path or a command matches by chance.
 */
export function callOf(
  tool: string,
  input: Fields,
  table: ToolTable,
): Call {
  const [does, field] = Object.hasOwn(table, tool) ? table[tool]! : ["other" as const];
  const search = searchOf(does);
  const action = actionOf(does);
  // Filters belong to what is shown, and a pattern of names may leave the folder.
  const narrowed = search !== undefined &&
    (SEARCH_FILTERS.some((name) => Object.hasOwn(input, name)) || (does === "list" && Object.hasOwn(input, "pattern")));
  const places = action === "read" || action === "write" ? placesIn(input) : [];
  // Where several name one, nobody knows which counts.
  const isOne = places.length <= 1;
  const subject = field === undefined || narrowed || !isOne ? undefined : stringField(input, field);
  const pattern = does === "list" ? stringField(input, "pattern") : undefined;
  return {
    tool,
    action,
    subject: subject ?? JSON.stringify(input),
    ...optional("search", search),
    ...(search !== undefined ? { paths: searchedPaths(places, pattern) } : isOne ? {} : { paths: places }),
    ...(action === "command" ? optional("cwd", folderIn(input)) : {}),
    // The input as a whole shows it already.
    ...(action === "write" && subject !== undefined
      ? { ...optional("detail", writePreview(input)), ...optional("detailForm", previewForm(input)) }
      : {}),
    ...(action === "command" && leavesSandbox(input) ? { unsandboxed: true, detail: OUTSIDE } : {}),
    // Only a command's description says why; what other tools call so is part of their work.
    ...(action === "command" ? optional("reasoning", stringField(input, "description")) : {}),
  };
}

/**
 * What a search may show, for deny rules; without a folder it is the one that the agent works in.
 *
 * @param pattern of the names that are shown: it may leave the folder
 */
export function searchedPaths(folders: readonly string[], pattern?: string): readonly string[] {
  const all = folders.length === 0 ? ["."] : folders;
  const named = pattern === undefined ? [] : [`${pattern}/**`];
  return [...all, ...all.map((folder) => `${folder}/**`), ...named];
}

/** Under these names the tools of several agents take a path. */
const PLACES = [
  ...[
    "path",
    "paths",
    "file",
    "files",
    "file_path",
    "filePath",
    "filepath",
    "absolute_path",
    "notebook_path",
    "filename",
  ],
  ...[
    "dir_path",
    "directory",
    "directories",
    "dir",
    "folder",
    "folders",
    "cwd",
    "workdir",
    "root",
    "target",
    "target_file",
  ],
];

function placesIn(input: Fields): readonly string[] {
  const given = PLACES.flatMap((name) => Object.hasOwn(input, name) ? [input[name]] : []).flat();
  const told = given.filter((value) => value !== undefined && value !== null && value !== "");
  return told.map((value) => typeof value === "string" ? value : UNKNOWN_FOLDER);
}

export function actionOf(does: Action | Search): Action {
  return does === "search" || does === "list" ? "read" : does;
}

export function searchOf(does: Action | Search | undefined): ApprovalRequest["search"] {
  return does === "search" ? "text" : does === "list" ? "names" : undefined;
}

/** Under these names the tools of several agents take the folder to run a command in. */
const FOLDERS = ["directory", "dir_path", "workdir", "working_directory", "workingDirectory", "cwd", "dir", "folder"];

/** Where several name one, or one that is no text, nobody knows which counts: a folder that is none. */
export function folderIn(input: Fields): string | undefined {
  const [folder, ...more] = FOLDERS.flatMap((name) =>
    input[name] === undefined || input[name] === null ? [] : [input[name]]
  );
  if (folder === undefined || folder === "") return undefined;
  return typeof folder === "string" && more.length === 0 ? folder : UNKNOWN_FOLDER;
}

const OUTSIDE = "outside the sandbox (dangerouslyDisableSandbox)";

/** Anything but a plain no: how Claude reads another value is not known. */
function leavesSandbox(input: Fields): boolean {
  return (input["dangerouslyDisableSandbox"] ?? false) !== false;
}
