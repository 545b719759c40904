/**
 * What is sent of a repository's own settings: the daemon's sandbox has no workspace in it. The hook's fast path imports
 * this file: nothing from npm here.
 */
import { checkPlainFile } from "../platform/path_safety.ts";
import { REPOSITORY_PLACES } from "../platform/repository_places.ts";
import { MAX_WORKSPACE_CONFIG } from "../protocol/limits.ts";
import { UNREAD, type WorkspaceDisk } from "./workspace_file.ts";

/**
 * The text of the settings of the repository that the absolute `folder` is in; null where there is none as far as is
 * looked. {@link UNREAD} where no folder is given, where they cannot be read, where `.git` is a file that names another place, or where a folder may be a
 * repository without one. Never throws.
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
      if (checkPlainFile(stat) !== undefined || stat.size > MAX_WORKSPACE_CONFIG) return UNREAD;
      return new TextDecoder().decode(disk.readRange(config, 0, MAX_WORKSPACE_CONFIG));
    }
    return null;
  } catch {
    return UNREAD; // `.git` is a file, or may not be read
  }
}
