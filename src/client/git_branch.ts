/**
 * The git branch of a folder, from git's own files: a status line cannot wait for a process. Pure but for the disk it is
 * given. The layout is gitrepository-layout(5). Nothing from npm here.
 */
import type { FileStat } from "../platform/system.ts";

/** What looking needs from the platform; the real one is `denoFiles`. */
export interface GitDisk {
  stat(path: string): FileStat | undefined;
  readRange(path: string, offset: number, length: number): Uint8Array;
}

/** Deeper folders are not searched. */
const MOST_LEVELS = 64;
/** A branch's name is a path: it is shorter than this, bytes. */
const MOST_BYTES = 4096;

/**
 * The branch that is checked out in `folder` or above it; of a detached HEAD the first 7 digits of the commit. Undefined
 * where there is no repository, or none that can be read. Never throws.
 *
 * @param folder absolute
 */
export function branchOf(disk: GitDisk, folder: string): string | undefined {
  try {
    const git = gitFolder(disk, folder);
    const head = git === undefined ? undefined : firstLine(disk, `${git}/HEAD`);
    if (head === undefined) return undefined;
    const branch = /^ref: refs\/heads\/(.+)$/.exec(head)?.[1];
    // A repository that keeps its refs in another format has this placeholder.
    if (branch !== undefined) return branch === ".invalid" ? undefined : branch;
    return /^[0-9a-f]{40,64}$/.test(head) ? head.slice(0, 7) : undefined;
  } catch {
    return undefined;
  }
}

function gitFolder(disk: GitDisk, folder: string): string | undefined {
  if (!folder.startsWith("/")) return undefined;
  let at = folder.replace(/\/+$/, "");
  for (let level = 0; level < MOST_LEVELS; level++) {
    const git = `${at}/.git`;
    const kind = disk.stat(git)?.kind;
    if (kind === "directory" || kind === "symlink") return git;
    if (kind === "file") return linked(disk, git, at);
    if (at === "") return undefined;
    at = at.slice(0, at.lastIndexOf("/"));
  }
  return undefined;
}

/** Worktrees and submodules have a file in the place of the folder: `gitdir: PATH`, relative to where it lies. */
function linked(disk: GitDisk, file: string, folder: string): string | undefined {
  const path = /^gitdir: (.+)$/.exec(firstLine(disk, file) ?? "")?.[1];
  if (path === undefined) return undefined;
  return path.startsWith("/") ? path : `${folder}/${path}`;
}

/** Plain files only: reading a pipe in its place would block for ever. */
function firstLine(disk: GitDisk, path: string): string | undefined {
  if (disk.stat(path)?.kind !== "file") return undefined;
  const text = new TextDecoder().decode(disk.readRange(path, 0, MOST_BYTES));
  return text.split("\n", 1)[0]?.trimEnd();
}
