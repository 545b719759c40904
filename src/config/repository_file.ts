/**
 * What is sent of a repository's own settings: the daemon's sandbox has no workspace in it. The hook's fast path imports
 * this file: nothing from npm here.
 */
import { checkPlainFile } from "../platform/path_safety.ts";
import { REPOSITORY_PLACES, type RepositoryPlace } from "../platform/repository_places.ts";
import { MAX_WORKSPACE_CONFIG } from "../protocol/limits.ts";
import { UNREAD, type WorkspaceDisk } from "./workspace_file.ts";

/**
 * The text of the settings of the repository that the absolute `folder` is in; null where there is none as far as is
 * looked. {@link UNREAD} where no folder is given, where they cannot be read, where `.git` is a file that names another place, or where a folder may be a
 * repository without one; where `.git` is none that git takes for a repository, and another one counts. Never throws.
 */
export function repositoryConfigText(disk: WorkspaceDisk, folder: string): string | null {
  if (folder === "") return UNREAD;
  try {
    for (const place of REPOSITORY_PLACES) {
      const config = `${folder}/${place.config}`;
      const stat = disk.stat(config);
      const found = place.others.filter((other) => disk.stat(`${folder}/${other}`) !== undefined);
      // A HEAD beside `.git` is a file like any other.
      if (found.length > (stat === undefined || found[0] !== place.others[0] ? 0 : 1)) return UNREAD;
      if (stat === undefined) continue;
      if (!isRepository(disk, folder, place)) return UNREAD;
      if (checkPlainFile(stat) !== undefined || stat.size > MAX_WORKSPACE_CONFIG) return UNREAD;
      return new TextDecoder().decode(disk.readRange(config, 0, MAX_WORKSPACE_CONFIG));
    }
    return null;
  } catch {
    return UNREAD; // `.git` is a file, or may not be read
  }
}

/** What `HEAD` may say: the name of a branch, or a commit. */
const HEAD = /^(?:ref: ?refs\/[\w./+@-]+|[0-9a-f]{40}|[0-9a-f]{64})\s*$/;
const MAX_HEAD = 1024;

/** As git's setup.c `is_git_directory` looks: a `HEAD` that names something, objects and refs. */
function isRepository(disk: WorkspaceDisk, folder: string, { head, folders }: RepositoryPlace): boolean {
  const stat = disk.stat(`${folder}/${head}`);
  if (stat === undefined || checkPlainFile(stat) !== undefined || stat.size > MAX_HEAD) return false;
  const text = new TextDecoder().decode(disk.readRange(`${folder}/${head}`, 0, MAX_HEAD));
  return HEAD.test(text) && folders.every((one) => disk.stat(`${folder}/${one}`)?.kind === "directory");
}
