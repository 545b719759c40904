/** Where granted capsules lie: out of the daemon's reach, beside the launchers of the same home folder. */
import { homeLaunchers, launcherFolder } from "./home_launchers.ts";

export interface CapsulePlaces {
  /** The one program of capsules that the daemon may run: `capsule NAME DIGEST`. */
  readonly launcher: string;
  /** The folder of the granted copies: `run`, `code/…`, `grant.json` and `recorded` of `NAME/DIGEST` (granted_copy.ts). */
  readonly granted: string;
}

/** With this code the launcher ends where what it is to run is not there: granted, but not on this machine. */
export const CAPSULE_ABSENT = 66;

/**
 * @param root the home folder
 * @param env of XDG_DATA_HOME and HOME; the process's own where absent
 * @returns undefined where there is no place for launchers (home_launchers.ts). Never throws.
 */
export function capsulePlaces(root: string, env?: (name: string) => string | undefined): CapsulePlaces | undefined {
  const start = homeLaunchers(root, env)?.start; // first: it never throws, and where it is, the folder is
  const folder = start === undefined ? undefined : launcherFolder(env);
  if (folder === undefined || start === undefined) return undefined;
  const own = start.slice(0, start.lastIndexOf("/"));
  return { launcher: `${own}/capsule`, granted: `${folder}/capsules/${own.slice(own.lastIndexOf("/") + 1)}` };
}
