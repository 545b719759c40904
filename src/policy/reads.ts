/** Whether a call only reads, and only what is the workspace's own and no secret. Pure. */
import { type ApprovalRequest, SEARCH_FILTERS } from "../domain/approval.ts";
import { isSecretPlace, isWithin, resolvePath, showsCodeOnly } from "./places.ts";
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
    // `a/../b` is not `b` where `a` is a link; names behind `@` some programs read for more arguments.
    if (/[^/.]\/+(?:\.\/+)*\.\.(?:\/|$)/.test(one) || one.startsWith("@")) return undefined;
    const path = resolvePath(one, cwd);
    if (!isWithin(path, workspace) || isSecretPlace(path, workspace) || isSecretPlace(one, workspace)) return undefined;
    if (own?.some((place) => isWithin(path, place) || isBelow(place, path)) === true) return undefined;
    paths.push(path);
  }
  return paths;
}

/** Whether a look at all of `folder` shows `place`: what has a dot in front is left out, or counts as secret by itself. */
function isBelow(place: string, folder: string): boolean {
  return isWithin(place, folder) && !/\/\./.test(place.slice(folder.length));
}

/** What a tool that reads shows, as absolute paths, where all of it is the workspace's own and no secret. */
export function filesRead({ subject, paths }: ApprovalRequest, where: Where): readonly string[] | undefined {
  if (!subject.startsWith("{")) {
    if (subject === "" || subject.includes("\n")) return undefined;
    const files = workspaceFiles([subject], where);
    // A search of the whole workspace shows its files with credentials too.
    const isSearch = paths?.some((path) => path.endsWith("/**")) === true;
    return isSearch && where.workspace !== undefined && files?.[0] === resolvePath(where.workspace, "/")
      ? undefined
      : files;
  }
  // A search: its input as JSON. Its filters say which files of the folder are shown.
  let input: Record<string, unknown>;
  try {
    input = JSON.parse(subject) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const filters = SEARCH_FILTERS.flatMap((name) => input[name] ?? []);
  const all = filters.length > 0 ? filters : [input["pattern"] ?? ""];
  const plain = all.every((one) => typeof one === "string" && !isSecretPlace(one) && showsCodeOnly(one));
  const folders = (paths ?? ["."]).filter((path) => !path.endsWith("/**"));
  return plain ? workspaceFiles(folders, where) : undefined;
}
