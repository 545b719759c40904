/** Whether what a decision without a human rests on is what it is named: links could lead anywhere. */
import type { Decision } from "../domain/approval.ts";
import { type ClassifiedRequest, classify } from "../policy/classify.ts";
import { isWithin } from "../policy/places.ts";
import { workspaceFiles } from "../policy/reads.ts";
import type { LinkLooks } from "./link_looks.ts";

/** Files that need no look: the workspace itself is where the session works, wherever it is. */
function unsure(files: readonly string[], workspace: string | undefined): readonly string[] {
  return files.filter((file) => file !== workspace);
}

/**
 * Whether the call may pass as what it seems: a read whose files are the workspace's own, a call on files that passes
 * under their real names too.
 *
 * @param decides the decision on the same call about other files
 * @returns at once where no look is needed, or where there are too many at a time
 */
export function holdsForRealFiles(
  request: ClassifiedRequest,
  files: readonly string[],
  decides: (request: ClassifiedRequest) => Decision["kind"] | undefined,
  looks: Pick<LinkLooks, "look">,
): boolean | Promise<boolean> {
  const { workspace } = request.where;
  const open = unsure(files, workspace);
  if (open.length === 0) return true;
  const look = looks.look([workspace ?? "/", ...open]);
  return look === undefined ? false : look.then((real = []) => isWhatItSeems(request, open, real, decides));
}

/** @param found the real paths of the workspace and of the files; none where they are not known */
function isWhatItSeems(
  request: ClassifiedRequest,
  open: readonly string[],
  [workspace, ...real]: readonly string[],
  decides: (request: ClassifiedRequest) => Decision["kind"] | undefined,
): boolean {
  const { where, cut } = request;
  if (workspace === undefined) return false;
  const named = real.map((path) => isWithin(path, workspace) ? renamed(path, workspace, where.workspace ?? "/") : path);
  if (named.every((path, at) => path === open[at])) return true;
  if (request.action === "command") return workspaceFiles(named, where) !== undefined;
  const [subject = "", ...more] = named;
  const { paths: _, ...given } = request;
  const call = more.length === 0 ? { ...given, subject } : { ...given, paths: named };
  return decides(classify(call, where, cut)) === "approve";
}

/** The path below the real workspace, under the name that the session knows. */
function renamed(path: string, workspace: string, name: string): string {
  return `${name.replace(/\/+$/, "")}/${path.slice(workspace.length).replace(/^\/+/, "")}`.replace(/\/$/, "") || "/";
}
