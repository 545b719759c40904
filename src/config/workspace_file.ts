/**
 * What is sent of a workspace's own configuration. Who runs there finds the file, for the daemon's sandbox has no
 * workspace in it. The hook's fast path imports this file: nothing from npm here.
 */
import { isThroughFile } from "../platform/deno_files.ts";
import { WORKSPACE_CONFIG } from "../platform/home_paths.ts";
import { checkPlainFile } from "../platform/path_safety.ts";
import type { FileStat } from "../platform/system.ts";
import { MAX_WORKSPACE_CONFIG } from "../protocol/limits.ts";

/** What looking needs from the platform; the real one is `denoFiles`. */
export interface WorkspaceDisk {
  stat(path: string): FileStat | undefined;
  readRange(path: string, offset: number, length: number): Uint8Array;
}

/** Stands before the reason why a file was not read, in the place of its text: no JSON begins so. */
export const UNREAD = "!";

/**
 * The file's text; {@link UNREAD} and the reason where it is there and cannot be read, which must not look like none: its
 * deny rules would be lost unseen. workspace.ts `loadWorkspace` reads both. Undefined where there is no file, or only the
 * user's own. Never throws.
 *
 * @param folder the workspace
 * @param own the user's configuration file
 */
export function workspaceText(disk: WorkspaceDisk, folder: string, own: string): string | undefined {
  const file = `${folder}/${WORKSPACE_CONFIG}`;
  try {
    const stat = disk.stat(file);
    if (stat === undefined) return undefined;
    const mine = disk.stat(own);
    if (stat.inode === mine?.inode && stat.device === mine.device) return undefined;
    // A link could lead to anything that this process may read.
    const problem = checkPlainFile(stat);
    if (problem !== undefined) return UNREAD + problem;
    const bytes = disk.readRange(file, 0, MAX_WORKSPACE_CONFIG + 1);
    return bytes.length > MAX_WORKSPACE_CONFIG
      ? `${UNREAD}is larger than ${MAX_WORKSPACE_CONFIG} bytes`
      : new TextDecoder().decode(bytes);
  } catch (error) {
    if (isThroughFile(error)) return undefined;
    return `${UNREAD}cannot be read (${(error as Error).message.slice(0, 300)})`;
  }
}
