/** The processes that this one descends from, through `ps`. */
import { isNotFound } from "./deno_files.ts";
import { ownPid, run } from "./process.ts";
import { PS_PATHS } from "./process_table.ts";

const PS_MS = 5000;

/** The nearest first, without the first process of the system; empty where `ps` does not tell. Never throws. */
export async function ancestors(): Promise<readonly number[]> {
  const ps = PS_PATHS.find(isThere);
  if (ps === undefined) return [];
  try {
    const options = { signal: AbortSignal.timeout(PS_MS), env: { LC_ALL: "C" }, cwd: "/" };
    const { stdout } = await run([ps, "-A", "-o", "pid=,ppid="], options);
    const parents = new Map(Array.from(stdout.matchAll(/^\s*(\d+)\s+(\d+)\s*$/gm), ([, pid, parent]) => [
      Number(pid),
      Number(parent),
    ]));
    const above: number[] = [];
    for (
      let pid = parents.get(ownPid());
      pid !== undefined && pid > 1 && !above.includes(pid);
      pid = parents.get(pid)
    ) {
      above.push(pid);
    }
    return above;
  } catch {
    return [];
  }
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
