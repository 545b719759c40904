/**
 * Where a repository's settings are looked for, from a folder up: a hook's sandbox names each place, as Deno takes relative
 * paths from the folder that it is started in.
 */

/** This folder and those above it; where a repository may begin higher up, its settings are not known. */
const FOLDERS = 5;

/**
 * `config`: the settings. `others`: what makes a folder a repository without `.git`, has git look for the settings
 * elsewhere, or is run by a command that only looks. The nearest folder first.
 */
export const REPOSITORY_PLACES: readonly { readonly config: string; readonly others: readonly string[] }[] = Array.from(
  { length: FOLDERS },
  (_, up) => {
    const above = up === 0 ? "./" : "../".repeat(up);
    const inside = ["commondir", "config.worktree", "hooks/post-index-change"].map((name) => `${above}.git/${name}`);
    return { config: `${above}.git/config`, others: [`${above}HEAD`, ...inside] };
  },
);
