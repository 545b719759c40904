/**
 * Where this user's home folder is, and whether it and the socket are safely ours: checked by clients before they send a
 * byte, by the daemon before it writes one. The hook's fast path imports this file: nothing from npm here.
 */
import { type HomePaths, resolveHome } from "../platform/home_paths.ts";
import {
  checkHomeFolder,
  checkSocketFolder,
  checkSocketObject,
  checkSocketPath,
  cureOf,
} from "../platform/path_safety.ts";
import { currentFolder, env } from "../platform/process.ts";
import type { FileStat } from "../platform/system.ts";
import { ConsoleError } from "../protocol/errors.ts";

/** What looking needs from the platform; the real one is `denoFiles`. */
export interface Looks {
  stat(path: string): FileStat | undefined;
}

export interface DaemonEndpoint {
  readonly paths: HomePaths;
  /** From `--socket`, the environment, the configuration or the ready file. */
  readonly socketPath: string;
  readonly uid: number | null;
}

/**
 * The home folder of this process.
 *
 * @param flag the value of `--home`
 * @throws {ConsoleError} `usage` where nothing names a folder
 */
export function resolveOwnHome(flag?: string): string {
  const root = resolveHome({
    flag,
    env: { AGENT_CONSOLE_HOME: env("AGENT_CONSOLE_HOME") },
    userHome: env("HOME"),
    cwd: currentFolder(),
  });
  if (root !== undefined) return root;
  throw new ConsoleError("usage", "HOME is not set, so the home folder is not known", { hint: "give --home PATH" });
}

/** @throws {ConsoleError} `unsafe_path` where there is a problem */
export function assertSafe(path: string, problem: string | undefined): void {
  if (problem === undefined) return;
  const hint = cureOf(path, problem);
  throw new ConsoleError("unsafe_path", `${path} ${problem}`, { path, ...(hint === undefined ? {} : { hint }) });
}

/** @throws {ConsoleError} `unsafe_path` where the home folder is not safely ours; none at all is fine */
export function assertHomeSafe(disk: Looks, root: string, uid: number | null): void {
  const stat = uid === null ? undefined : disk.stat(root);
  if (uid !== null && stat !== undefined) assertSafe(root, checkHomeFolder(root, stat, uid));
}

/** @throws {ConsoleError} `unsafe_path` where a byte to this socket could reach somebody else; nothing was created */
export function assertEndpointSafe(disk: Looks, { paths, socketPath, uid }: DaemonEndpoint): void {
  assertSafe(socketPath, checkSocketPath(socketPath));
  assertHomeSafe(disk, paths.root, uid);
  if (uid === null) return;
  const folder = socketPath.slice(0, socketPath.lastIndexOf("/")) || "/";
  if (folder !== paths.root) checkFolder(disk, folder, uid);
  assertSafe(socketPath, checkSocketObject(disk.stat(socketPath), uid));
}

function checkFolder(disk: Looks, folder: string, uid: number): void {
  let stat: FileStat | undefined;
  try {
    stat = disk.stat(folder);
  } catch {
    return; // the daemon's sandbox grants a socket elsewhere, not its folder: the launcher has looked
  }
  assertSafe(
    folder,
    stat === undefined ? "is not there, but is to hold the socket" : checkSocketFolder(stat, uid),
  );
}
