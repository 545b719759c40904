/** Whether what a decision without a human rests on is what it is named: links could lead anywhere. */
import type { Decision } from "../domain/approval.ts";
import { type ClassifiedRequest, classify } from "../policy/classify.ts";
import { isSecretPlace, isWithin } from "../policy/places.ts";
import { workspaceFiles } from "../policy/reads.ts";
import type { LinkLooks } from "./link_looks.ts";

/**
 * Whether the call may pass as what it seems: a read whose files are the workspace's own, a call on files that passes
 * under their real names too, a command under a rule none of whose words is a way to this program.
 *
 * @param files absolute; of a command under a rule all of its words as paths
 * @param decides the decision on the same call about other files
 * @returns at once where no look is needed, or where there are too many at a time
 */
export function holdsForRealFiles(
  request: ClassifiedRequest,
  files: readonly string[],
  decides: (request: ClassifiedRequest) => Decision["kind"] | undefined,
  looks: Pick<LinkLooks, "look">,
): boolean | Promise<boolean> {
  if (files.length === 0) return true;
  const { workspace = "/", cwd = workspace, own = [] } = request.where;
  const look = looks.look([workspace, cwd, ...own, ...files]);
  return look === undefined ? false : look.then((found = []) => isWhatItSeems(request, files, found, decides));
}

/** @param found the real paths of workspace, folder, this program's places and files; none where they are not known */
function isWhatItSeems(
  request: ClassifiedRequest,
  files: readonly string[],
  [realWorkspace, realCwd, ...others]: readonly string[],
  decides: (request: ClassifiedRequest) => Decision["kind"] | undefined,
): boolean {
  if (realWorkspace === undefined || realCwd === undefined) return false;
  const { cut, reads } = request;
  const { workspace = "/", own = [] } = request.where;
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
