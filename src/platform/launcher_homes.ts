/** Which home folders hooks report to or can start a daemon for, read from the names of their launchers. */
import { isNotFound } from "./deno_files.ts";

/** @param programRoot the folder in which launchers lie, as {@link ProgramPaths.root} */
export function homesWithLauncher(programRoot: string): readonly string[] {
  const homes = namesIn(`${programRoot}/homes`).map((name) =>
    name.replace(/=([=-])/g, (_, to) => to === "-" ? "/" : "=")
  );
  // As an earlier version named them.
  const former = namesIn(`${programRoot}/start`).map((name) => decoded(name.replaceAll("=", "%")));
  return [...new Set([...homes, ...former])].filter((home) => home.startsWith("/")).sort();
}

function namesIn(folder: string): string[] {
  try {
    return Array.from(Deno.readDirSync(folder), ({ name }) => name);
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** Empty for what is no launcher of ours. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return "";
  }
}
