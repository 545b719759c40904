/**
 * What is sent of a repository's own settings: the daemon's sandbox has no workspace in it. The hook's fast path imports
 * this file: nothing from npm here.
 */
import { checkPlainFile } from "../platform/path_safety.ts";
import { REPOSITORY_PLACES } from "../platform/repository_places.ts";
import { MAX_WORKSPACE_CONFIG } from "../protocol/limits.ts";
import { UNREAD, type WorkspaceDisk } from "./workspace_file.ts";

/**
 * The text of the settings of the repository that `folder` is in; null where there is none as far as is looked.
 * {@link UNREAD} where they cannot be read, where `.git` is a file that names another place, or where a folder may be a
 * repository without one. Never throws.
 */
export function repositoryConfigText(disk: WorkspaceDisk, folder: string): string | null {
  try {
    for (const place of REPOSITORY_PLACES) {
      const [config, bare] = [`${folder}/${place.config}`, `${folder}/${place.bare}`];
      const stat = disk.stat(config);
      if (stat === undefined) {
        if (disk.stat(bare) !== undefined) return UNREAD;
        continue;
      }
      if (checkPlainFile(stat) !== undefined || stat.size > MAX_WORKSPACE_CONFIG) return UNREAD;
      return new TextDecoder().decode(disk.readRange(config, 0, MAX_WORKSPACE_CONFIG));
    }
    return null;
  } catch {
    return UNREAD; // `.git` is a file, or may not be read
  }
}
