/** Where a program of the user is. */
import { env } from "./process.ts";

/**
 * The absolute path of `name` in the folders of PATH, or `name` itself where it is a path; undefined where no file that
 * may run is there. Relative folders are passed over: what they hold depends on where one happens to be.
 */
export function findProgram(name: string): string | undefined {
  if (name.includes("/")) return name.startsWith("/") && mayExecute(name) ? name : undefined;
  const folders = (env("PATH") ?? "").split(":").filter((folder) => folder.startsWith("/"));
  return folders.map((folder) => `${folder.replace(/\/+$/, "")}/${name}`).find(mayExecute);
}

function mayExecute(path: string): boolean {
  try {
    const { isFile, mode } = Deno.statSync(path);
    return isFile && (mode === null || (mode & 0o111) !== 0);
  } catch {
    return false; // not there, or not to be looked at
  }
}
