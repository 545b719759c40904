/**
 * Where a repository's settings are looked for, from a folder up: a hook's sandbox names each place, as Deno takes relative
 * paths from the folder that it is started in.
 */

const FOLDERS = 5;

/** `config`: the settings. `bare`: what makes a folder a repository without `.git`. The nearest folder first. */
export const REPOSITORY_PLACES: readonly { readonly config: string; readonly bare: string }[] = Array.from(
  { length: FOLDERS },
  (_, up) => {
    const above = up === 0 ? "./" : "../".repeat(up);
    return { config: `${above}.git/config`, bare: `${above}HEAD` };
  },
);
