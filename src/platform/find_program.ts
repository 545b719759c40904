/** Where a program of the user lies. */

/**
 * The absolute path of `name` in the folders of PATH; relative folders are passed over, because what they hold depends on
 * where one happens to be. Undefined where there is none.
 */
export function findProgram(name: string): string | undefined {
  const folders = (Deno.env.get("PATH") ?? "").split(":").filter((folder) => folder.startsWith("/"));
  return folders.map((folder) => `${folder.replace(/\/+$/, "")}/${name}`).find((path) => {
    try {
      const { isFile, mode } = Deno.statSync(path);
      return isFile && (mode === null || (mode & 0o111) !== 0);
    } catch {
      return false; // not there, or not to be looked at
    }
  });
}
