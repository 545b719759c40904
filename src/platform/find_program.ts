/** Where a program of the user is. */
import { env } from "./process.ts";

/** The absolute path of `name` on PATH, or `name` itself where it is one; undefined where no file that may run is there. */
export function findProgram(name: string): string | undefined {
  if (name.includes("/")) return name.startsWith("/") && mayExecute(name) ? name : undefined;
  const folders = (env("PATH") ?? "").split(":").filter((folder) => folder.startsWith("/"));
  return folders.map((folder) => `${folder}/${name}`).find(mayExecute);
}

function mayExecute(path: string): boolean {
  try {
    const { isFile, mode } = Deno.statSync(path);
    return isFile && ((mode ?? 0) & 0o111) !== 0;
  } catch {
    return false;
  }
}
