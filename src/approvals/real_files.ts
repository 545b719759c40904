/** Whether what a decision without a human rests on is what it is named: links could lead anywhere. */
import type { Decision } from "../domain/approval.ts";
import { type ClassifiedRequest, classify } from "../policy/classify.ts";
import { isWithin } from "../policy/places.ts";
import { workspaceFiles } from "../policy/reads.ts";

/** The real path of each, or undefined where one is not known (platform/links.ts). */
export type ResolveLinks = (paths: readonly string[]) => Promise<readonly string[] | undefined>;

/** Files that need no look: the workspace itself is where the session works, wherever it is. */
function unsure(files: readonly string[], workspace: string | undefined): readonly string[] {
  return files.filter((file) => file !== workspace);
}

/**
 * Whether the call may pass as what it seems: a read whose files are the workspace's own, a call on files that passes
 * under their real names too.
 *
 * @param decides the decision on the same call about other files
 */
export async function holdsForRealFiles(
  request: ClassifiedRequest,
  files: readonly string[],
  decides: (request: ClassifiedRequest) => Decision["kind"] | undefined,
  resolve: ResolveLinks,
): Promise<boolean> {
  const { where, cut } = request;
  const open = unsure(files, where.workspace);
  if (open.length === 0) return true;
  const [workspace, ...real] = await resolve([where.workspace ?? "/", ...open]) ?? [];
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
