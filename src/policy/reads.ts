/** Whether a call only reads, and only what is the workspace's own and no secret. Pure. */
import { type ApprovalRequest, SEARCH_FILTERS } from "../domain/approval.ts";
import { goesUpThrough, isOddPath, isSecretPlace, isWithin, resolvePath, showsCodeOnly } from "./places.ts";
import type { Command } from "./plain_text.ts";
import { filesOfGit } from "./read_git.ts";
import { READ_PROGRAMS } from "./read_programs.ts";
import type { Where } from "./where.ts";

/**
 * The absolute paths that `command` reads, where it only reads: files of the workspace, no secret among them. Undefined
 * where that is not sure. The program's name is a bare word: one from another folder may be anything.
 */
export function readsFiles([name, ...args]: Command, where: Where): readonly string[] | undefined {
  const named = name === "git" ? filesOfGit(args, where) : READ_PROGRAMS.get(name)?.(args, where);
  return named === undefined ? undefined : workspaceFiles(named, where);
}

/** The absolute paths, if all are in the workspace and none is secret. The folder of the call is one where it is named. */
export function workspaceFiles(
  named: readonly string[],
  { cwd, workspace, own }: Where,
): readonly string[] | undefined {
  if (named.length === 0) return [];
  if (cwd === undefined || workspace === undefined || !isWithin(cwd, workspace)) return undefined;
  const paths: string[] = [];
  for (const one of named) {
    // Names behind `@` some programs read for more arguments.
    if (goesUpThrough(one) || one.startsWith("@")) return undefined;
    const path = resolvePath(one, cwd);
    if (!isWithin(path, workspace) || isSecretPlace(path, workspace) || isSecretPlace(one, workspace)) return undefined;
    if (own?.some((place) => isWithin(path, place) || isBelow(place, path)) === true) return undefined;
    paths.push(path);
  }
  return paths;
}

/** What a tool that reads shows, as absolute paths, where all of it is the workspace's own and no secret. */
export function filesRead(request: ApprovalRequest, where: Where): readonly string[] | undefined {
  const { subject, paths = [], search } = request;
  if (subject === "" || subject.includes("\n") || [subject, ...paths].some(isOddPath)) return undefined;
  if (search === undefined) return subject.startsWith("{") ? undefined : workspaceFiles([subject], where);
  const filters = subject.startsWith("{") ? filtersOf(subject, search) : [];
  if (filters === undefined) return undefined;
  const folders = workspaceFiles(paths.filter((path) => !path.endsWith("/**")), where);
  // What stands in all files of the workspace is also what stands in those with credentials.
  const isAll = search === "text" && filters.length === 0 &&
    folders?.some((folder) => isWithin(resolvePath(where.workspace ?? "/", "/"), folder)) === true;
  return isAll || folders?.length === 0 ? undefined : folders;
}

/** The fields of a search's input that are no text to look for; each other one may be a folder under another name. */
const SEARCH_FIELDS = new Set(["pattern", "query", "path", "dir_path", "description", ...SEARCH_FILTERS]);

/** The filters of a search's input, which is JSON: undefined where one does not limit it to program text. */
function filtersOf(subject: string, search: "names" | "text"): readonly string[] | undefined {
  let input: Record<string, unknown>;
  try {
    input = JSON.parse(subject) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const isKnown = Object.entries(input).every(([name, value]) =>
    SEARCH_FIELDS.has(name) || !/[/~]|\.\./.test(JSON.stringify(value))
  );
  const filters = SEARCH_FILTERS.flatMap((name) => input[name] ?? []);
  const all = search === "names" ? [...filters, input["pattern"] ?? "*.md"] : filters;
  const isPlain = (one: unknown): one is string =>
    typeof one === "string" && !one.startsWith("!") && !isSecretPlace(one) && showsCodeOnly(one);
  return isKnown && all.every(isPlain) ? all : undefined;
}

/** Whether a look at all of `folder` shows `place`: what has a dot in front is left out, or counts as secret by itself. */
function isBelow(place: string, folder: string): boolean {
  return isWithin(place, folder) && !/\/\./.test(place.slice(folder.length));
}
