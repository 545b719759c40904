/** Where paths really are: links in them are followed by `realpath`, because the sandbox shows no folder but our own. */
import { mayRun, OS, run } from "./process.ts";

/** Where `realpath` is searched; the sandbox names the first that exists, and Deno permits that spelling only. The last is NixOS's. */
export const REALPATH_PATHS: readonly string[] = [
  "/usr/bin/realpath",
  "/bin/realpath",
  "/run/current-system/sw/bin/realpath",
];

/** The program only reads names; one that takes longer waits for a disk that is gone, ms. */
const RESOLVE_MS = 1000;
const MAX_PATHS = 200;

/**
 * The real path of each; undefined where one is not known. What does not exist yet is resolved as far as it does, where
 * the program can (GNU): else it is not known.
 *
 * @param paths absolute
 */
export async function resolveLinks(paths: readonly string[]): Promise<readonly string[] | undefined> {
  const program = REALPATH_PATHS.find(mayRun);
  if (program === undefined || paths.length > MAX_PATHS || paths.some((path) => !/^\/[^\n\0]*$/.test(path))) {
    return undefined;
  }
  try {
    const options = OS === "linux" ? ["-m"] : [];
    const { code, stdout } = await run([program, ...options, "--", ...paths], {
      signal: AbortSignal.timeout(RESOLVE_MS),
      env: { LC_ALL: "C" },
    });
    const found = stdout.split("\n").filter((line) => line !== "");
    return code === 0 && found.length === paths.length ? found : undefined;
  } catch {
    return undefined;
  }
}
