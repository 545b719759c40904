/** The process table through `ps`, the one program that the sandboxed daemon may run. */
import { run } from "./process.ts";
import type { ProcessInfo } from "./system.ts";

/**
 * Where `ps` is searched; the sandbox names the first that exists. Deno permits the exact spelling given, so callers
 * must use the same one.
 */
export const PS_PATHS: readonly string[] = ["/bin/ps", "/usr/bin/ps"];

const PROBE_MS = 5000;

/**
 * One look at the process table for all `pids`: those that live, with their start times. "unknown" where the look
 * failed: absence of evidence is not evidence of absence.
 */
export async function probe(ps: string, pids: readonly number[]): Promise<readonly ProcessInfo[] | "unknown"> {
  if (pids.length === 0) return [];
  try {
    const { stdout, stderr, code } = await run([ps, "-o", "pid=,stat=,tty=,lstart=", "-p", pids.join(",")], {
      signal: AbortSignal.timeout(PROBE_MS),
      env: { LC_ALL: "C", TZ: "UTC" },
      cwd: "/",
    });
    // ps exits 1 where none of the pids lives; anything on stderr means that it did not understand us.
    if (code > 1 || stderr.trim() !== "") return "unknown";
    return stdout.split("\n").flatMap((line) => {
      const [pid, state, tty, ...start] = line.trim().split(/\s+/);
      // A zombie has ended; only its parent has not looked yet.
      if (pid === undefined || pid === "" || state?.startsWith("Z")) return [];
      // "?" and "-" (BSD: "??") stand for none.
      const device = tty === undefined || /^[?-]+$/.test(tty) ? {} : { tty: `/dev/${tty}` };
      return [{ pid: Number(pid), startedAt: start.join(" "), ...device }];
    });
  } catch {
    return "unknown";
  }
}
