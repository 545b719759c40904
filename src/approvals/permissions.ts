/** What the daemon may do for approvals beyond its own folder and socket. */
import { REALPATH_PATHS } from "../platform/links.ts";
import type { Permission } from "../platform/sandbox.ts";

/** @param exists whether a file is there */
export function approvalPermissions({ exists }: { readonly exists: (path: string) => boolean }): Permission[] {
  const path = REALPATH_PATHS.find((candidate) => exists(candidate));
  return path === undefined ? [] : [{ kind: "run", values: [path], reason: "see where links of a workspace lead" }];
}
