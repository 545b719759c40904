/**
 * What is sent of a repository's own settings: the daemon's sandbox has no workspace in it. The hook's fast path imports
 * this file: nothing from npm here.
 */
import { checkPlainFile } from "../platform/path_safety.ts";
import { MAX_WORKSPACE_CONFIG } from "../protocol/limits.ts";
import { UNREAD, type WorkspaceDisk } from "./workspace_file.ts";

/** In how many folders a repository is looked for, this one and those above: the sandbox of a hook names each place. */
const FOLDERS = 5;

/** What is looked at in the folder and above it: settings, and what makes a folder a repository without `.git`. */
function repositoryPlaces(folder: string): readonly { readonly config: string; readonly bare: string }[] {
  return Array.from({ length: FOLDERS }, (_, up) => {
    const above = `${folder}/${"../".repeat(up)}`;
    return { config: `${above}.git/config`, bare: `${above}HEAD` };
  });
}

/**
 * The text of the settings of the repository that `folder` is in; null where there is none as far as is looked.
 * {@link UNREAD} where they cannot be read, where `.git` is a file that names another place, or where a folder may be a
 * repository without one. Never throws.
 */
export function repositoryConfigText(disk: WorkspaceDisk, folder: string): string | null {
  try {
    for (const { config, bare } of repositoryPlaces(folder)) {
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
