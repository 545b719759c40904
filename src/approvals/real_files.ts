/** Whether what a decision without a human rests on is what it is named: links could lead anywhere. */
import type { Decision } from "../domain/approval.ts";
import { type ClassifiedRequest, classify } from "../policy/classify.ts";
import { isSecretPlace, isWithin } from "../policy/places.ts";
import { workspaceFiles } from "../policy/reads.ts";

/** The real path of each, or undefined where one is not known (platform/links.ts). */
export type ResolveLinks = (paths: readonly string[]) => Promise<readonly string[] | undefined>;

/**
 * Whether the call may pass as what it seems: a read whose files are the workspace's own, a call on files that passes
 * under their real names too, a command under a rule none of whose words is a way to this program.
 *
 * @param files absolute; of a command under a rule all of its words as paths
 * @param decides the decision on the same call about other files
 */
export async function holdsForRealFiles(
  request: ClassifiedRequest,
  files: readonly string[],
  decides: (request: ClassifiedRequest) => Decision["kind"] | undefined,
  resolve: ResolveLinks,
): Promise<boolean> {
  if (files.length === 0) return true;
  const { cut, reads } = request;
  const { workspace = "/", cwd = workspace, own = [] } = request.where;
  const [realWorkspace, realCwd, ...others] = await resolve([workspace, cwd, ...own, ...files]) ?? [];
  if (realWorkspace === undefined || realCwd === undefined) return false;
  const realOwn = others.slice(0, own.length);
  const real = others.slice(own.length);
  const isOwn = (path: string) => realOwn.some((place) => isWithin(path, place));
  // What names a folder above ours may show or change all of it; the folder of the call itself is where people work.
  const holdsOwn = (path: string) => path !== realCwd && realOwn.some((place) => isWithin(place, path));
  if (request.action === "command" && reads === undefined) return !real.some((path) => isOwn(path) || holdsOwn(path));
  if (isOwn(realWorkspace) || isSecretPlace(realWorkspace, realWorkspace)) return false;
  const named = real.map((path) => isWithin(path, realWorkspace) ? renamed(path, realWorkspace, workspace) : path);
  if (named.every((path, at) => path === files[at])) return true;
  const where = { ...request.where, own: [...own, ...realOwn] };
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
