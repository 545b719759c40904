/**
 * Processes that may outlive the daemon that started them, should it be killed: noted by pid and start time while it lives,
 * and ended by the next one, each with the group that it leads. A pid alone may belong to another process by then.
 */
import { daemonTimers } from "./clock.ts";
import { KILL_PROGRAMS, signalGroup } from "./process_group.ts";
import { permittedPs, probe } from "./process_table.ts";
import { permitted } from "./program_places.ts";

export interface LeftProcess {
  readonly pid: number;
  /** As the process table tells it: another process of that pid has another. */
  readonly startedAt: string;
}

/** Between SIGTERM and SIGKILL, and behind that, ms; and between looks meanwhile. */
const GRACE_MS = 3000;
const LOOK_MS = 100;

/** Those of `pids` that live; undefined where the process table cannot be read. @param own pid of this process */
export async function identify(own: number, pids: readonly number[]): Promise<readonly LeftProcess[] | undefined> {
  const ps = permittedPs();
  const table = ps === undefined ? undefined : await probe(ps, own, pids);
  if (table === undefined || "unusable" in table) return undefined;
  return table.processes.filter(({ pid }) => pids.includes(pid)).map(({ pid, startedAt }) => ({ pid, startedAt }));
}

/**
 * Ends those of `left` that are still the processes that were noted: by SIGTERM, then by SIGKILL. Never throws.
 *
 * @returns the pids of those that were there; undefined where nobody can tell, and nothing was done
 */
export async function endLeft(own: number, left: readonly LeftProcess[]): Promise<readonly number[] | undefined> {
  const found = await living(own, left);
  const killer = permitted(KILL_PROGRAMS);
  if (found === undefined || killer === undefined) return found?.length === 0 ? [] : undefined;
  let rest = found;
  for (const signal of ["TERM", "KILL"] as const) {
    await Promise.all(rest.map(({ pid }) => signalGroup(killer, pid, signal)));
    for (let waited = 0; waited < GRACE_MS && rest.length > 0; waited += LOOK_MS) {
      await daemonTimers.sleep(LOOK_MS);
      rest = await living(own, rest) ?? rest;
    }
  }
  return found.map(({ pid }) => pid);
}

async function living(own: number, left: readonly LeftProcess[]): Promise<readonly LeftProcess[] | undefined> {
  if (left.length === 0) return [];
  const alive = await identify(own, left.map(({ pid }) => pid));
  return alive &&
    left.filter(({ pid, startedAt }) => alive.some((one) => one.pid === pid && one.startedAt === startedAt));
}
