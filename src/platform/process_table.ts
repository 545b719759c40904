/** The process table through `ps`, the one program that the sandboxed daemon may run. */
import { mayRun, OS, ownUid, run } from "./process.ts";
import type { ProcessInfo } from "./system.ts";

/**
 * Where `ps` is searched; the sandbox names the first that exists. Deno permits the exact spelling given, so callers
 * must use the same one. The last is NixOS's, which has no other.
 */
export const PS_PATHS: readonly string[] = ["/bin/ps", "/usr/bin/ps", "/run/current-system/sw/bin/ps"];

/** The spelling that this process may run. */
export function permittedPs(): string | undefined {
  return PS_PATHS.find((path) => mayRun(path));
}

const PROBE_MS = 5000;

/** What a look gave: the processes that live, of those that were asked for, or why nothing is known. */
export type ProcessTable =
  | { readonly processes: readonly ProcessInfo[] }
  | { readonly unusable: string };

/**
 * One look at the process table for all `pids`: those of this user that live, with their start times. A `ps` of another
 * make (busybox) does not understand us, and absence of evidence is not evidence of absence: it must show `own`, the pid
 * of this process.
 */
export async function probe(ps: string, own: number, pids: readonly number[]): Promise<ProcessTable> {
  const table = await lines(ps, own, ["-p", [own, ...pids].join(",")]);
  return "unusable" in table ? table : { processes: table.lines.map(({ info }) => info) };
}

/** A process with the group that it is in. */
export interface GroupMember {
  readonly pid: number;
  /** The pid of the process that leads it, or did. */
  readonly group: number;
  readonly startedAt: string;
}

/** All processes of this user that live; undefined where `ps` does not tell. */
export async function groupMembers(ps: string, own: number): Promise<readonly GroupMember[] | undefined> {
  const table = await lines(ps, own, ["-A"]);
  if ("unusable" in table) return undefined;
  return table.lines.map(({ pid, group, info: { startedAt } }) => ({ pid, group, startedAt }));
}

async function lines(
  ps: string,
  own: number,
  which: readonly string[],
): Promise<{ readonly lines: readonly Line[] } | { readonly unusable: string }> {
  let answer: Awaited<ReturnType<typeof run>>;
  try {
    answer = await run([ps, "-o", "pid=,pgid=,uid=,stat=,tty=,lstart=", ...which], {
      signal: AbortSignal.timeout(PROBE_MS),
      env: { LC_ALL: "C", TZ: "UTC" },
      cwd: "/",
    });
  } catch (error) {
    return { unusable: `${ps} does not run: ${oneLine(error instanceof Error ? error.message : "")}` };
  }
  const { stdout, stderr, code } = answer;
  // ps exits 1 where none of the pids lives; anything on stderr means that it did not understand us.
  if (code > 1 || stderr.trim() !== "") return { unusable: `${ps} fails: ${oneLine(stderr) || `exit code ${code}`}` };
  const told = stdout.split("\n").filter((line) => line.trim() !== "").map(parsed);
  const processes = told.filter((line) => line !== undefined);
  if (processes.length < told.length) return { unusable: `${ps} prints what is no table of processes` };
  if (!processes.some(({ pid }) => pid === own)) return { unusable: `${ps} does not show this process, pid ${own}` };
  const uid = ownUid();
  // A zombie has ended; only its parent has not looked yet. Another user's process has got the pid by chance.
  return { lines: processes.filter((one) => !one.zombie && (uid === null || one.uid === uid)) };
}

/** The number of a pid namespace, why it is not known, or neither where the system has none. */
export type OwnNamespaceAnswer =
  | { readonly namespace: string }
  | { readonly unusable: string }
  | Readonly<Record<never, never>>;

/** The pid namespace that process `own` lives in, as Linux numbers it. */
export async function pidNamespace(ps: string, own: number): Promise<OwnNamespaceAnswer> {
  if (OS !== "linux") return {};
  try {
    const options = { signal: AbortSignal.timeout(PROBE_MS), env: { LC_ALL: "C" }, cwd: "/" };
    const { stdout, stderr, code } = await run([ps, "-o", "pidns=", "-p", String(own)], options);
    const namespace = code === 0 ? /^\s*(\d{4,})\s*$/.exec(stdout)?.[1] : undefined;
    if (namespace !== undefined) return { namespace };
    return { unusable: `${ps} does not tell it: ${oneLine(stderr) || oneLine(stdout) || `exit code ${code}`}` };
  } catch (error) {
    return { unusable: `${ps} does not run: ${oneLine(error instanceof Error ? error.message : "")}` };
  }
}

interface Line {
  readonly pid: number;
  readonly group: number;
  readonly uid: number;
  readonly zombie: boolean;
  readonly info: ProcessInfo;
}

function parsed(line: string): Line | undefined {
  const row = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+([A-Z]\S*)\s+(\S+)\s+(\S.*?)\s*$/.exec(line) ?? [];
  const [, pid, group, uid, state, tty, startedAt] = row;
  if (startedAt === undefined || Number.isNaN(Date.parse(startedAt))) return undefined;
  // "?" and "-" (BSD: "??") stand for none.
  const device = tty === undefined || /^[?-]+$/.test(tty) ? {} : { tty: `/dev/${tty}` };
  return {
    pid: Number(pid),
    group: Number(group),
    uid: Number(uid),
    zombie: state?.startsWith("Z") === true,
    info: { pid: Number(pid), startedAt: startedAt.replaceAll(/\s+/g, " "), ...device },
  };
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s+/g, " ").slice(0, 200);
}
