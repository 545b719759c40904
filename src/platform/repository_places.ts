/**
 * Where a repository's settings are looked for, from a folder up: a hook's sandbox names each place, as Deno takes relative
 * paths from the folder that it is started in.
 */

/** This folder and those above it; where a repository may begin higher up, its settings are not known. */
const FOLDERS = 5;

export interface RepositoryPlace {
  /** Of the repository's own folder: what git needs to take it for one, else it goes on to the next folder. */
  readonly head: string;
  readonly folders: readonly string[];
  /** The settings. */
  readonly config: string;
  /**
   * What makes a folder a repository without `.git`, has git look for the settings elsewhere, or is run by a command
   * that only looks.
   */
  readonly others: readonly string[];
}

/** The nearest folder first. */
export const REPOSITORY_PLACES: readonly RepositoryPlace[] = Array.from({ length: FOLDERS }, (_, up) => {
  const above = up === 0 ? "./" : "../".repeat(up);
  const inside = ["commondir", "config.worktree", "hooks/post-index-change"].map((name) => `${above}.git/${name}`);
  return {
    head: `${above}.git/HEAD`,
    folders: [`${above}.git/objects`, `${above}.git/refs`],
    config: `${above}.git/config`,
    others: [`${above}HEAD`, ...inside],
  };
});
