/** Which home folders hooks can start a daemon for, read from the names of their launchers. */
import { isNotFound } from "./deno_files.ts";

/** @param programRoot the folder in which launchers lie, as {@link ProgramPaths.root} */
export function homesWithLauncher(programRoot: string): readonly string[] {
  try {
    return Array.from(Deno.readDirSync(`${programRoot}/start`), ({ name }) => name).sort().flatMap((name) => {
      try {
        const home = decodeURIComponent(name.replaceAll("=", "%"));
        return home.startsWith("/") ? [home] : [];
      } catch {
        return []; // no launcher of ours
      }
    });
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}
