/**
 * Where this user's home folder is, and whether it and the socket are safely ours: checked by clients before they send a
 * byte, by the daemon before it writes one. The hook's fast path imports this file: nothing from npm here.
 */
import { type HomePaths, homePaths, resolveHome } from "../platform/home_paths.ts";
import {
  checkHomeFolder,
  checkOwnFile,
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
  const named = { flag, env: { AGENT_CONSOLE_HOME: env("AGENT_CONSOLE_HOME") }, cwd: currentFolder() };
  const userHome = env("HOME");
  const root = resolveHome({ ...named, userHome: userHome?.startsWith("/") ? userHome : undefined });
  if (root !== undefined) return root;
  const problem = userHome ? `is ${JSON.stringify(userHome)}, not an absolute path` : "is not set";
  throw new ConsoleError("usage", `HOME ${problem}, so the home folder is not known`, { hint: "give --home PATH" });
}

/**
 * @param otherHint what to do; by default the command that cures the problem, where there is one
 * @throws {ConsoleError} `unsafe_path` where there is a problem
 */
export function assertSafe(path: string, problem: string | undefined, otherHint?: string): void {
  if (problem === undefined) return;
  const hint = otherHint ?? cureOf(path, problem);
  throw new ConsoleError("unsafe_path", `${path} ${problem}`, { path, ...(hint === undefined ? {} : { hint }) });
}

/** @throws {ConsoleError} `unsafe_path` where the home folder is not safely ours; none at all is fine */
export function assertHomeSafe(disk: Looks, root: string, uid: number | null): void {
  const stat = uid === null ? undefined : disk.stat(root);
  if (uid === null || stat === undefined) return;
  const problem = checkHomeFolder(root, stat, uid);
  const isOurs = problem === undefined || (stat.isSticky !== true && isOwnHome(disk, root, uid));
  assertSafe(root, problem, isOurs ? undefined : OTHER_HOME);
}

const OTHER_HOME = "name a folder of your own with --home or AGENT_CONSOLE_HOME";
const SHORTER_SOCKET = "name a shorter one with --socket or daemon.ipc_socket_path, or a shorter home with --home";

/**
 * Whether a daemon of ours has run there. Only then is the folder's mode ours to change: another one may be the system's,
 * as /tmp, where anybody could make a file of that name, but not as us.
 */
function isOwnHome(disk: Looks, root: string, uid: number): boolean {
  try {
    const lock = disk.stat(homePaths(root).lock);
    return lock !== undefined && checkOwnFile(lock, uid) === undefined;
  } catch {
    return false; // no folder, or a hook's sandbox, which does not show it
  }
}

/** @throws {ConsoleError} `unsafe_path` where a byte to this socket could reach somebody else; nothing was created */
export function assertEndpointSafe(disk: Looks, { paths, socketPath, uid }: DaemonEndpoint): void {
  assertSafe(socketPath, checkSocketPath(socketPath), SHORTER_SOCKET);
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
