/**
 * Processes that may outlive the daemon that started them, should it be killed: noted by pid and start time while it lives,
 * and ended by the next one, each with the group that it leads, also where only others of that group are left. A pid alone
 * may belong to another process by then.
 */
import { daemonTimers } from "./clock.ts";
import { KILL_PROGRAMS, signalGroup } from "./process_group.ts";
import { type GroupMember, groupMembers, permittedPs, probe } from "./process_table.ts";
import { permitted } from "./program_places.ts";

export interface LeftProcess {
  readonly pid: number;
  /** As the process table tells it: another process of that pid has another. */
  readonly startedAt: string;
}

/** The daemon lived so long at least behind its last record, ms: what an agent tells of is recorded, then begun. */
const BEHIND_RECORD_MS = 5000;
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
 * Ends those of `left` that are still the processes that were noted, and what is left of the groups of those that are not:
 * by SIGTERM, then by SIGKILL. Never throws.
 *
 * @param aliveUntil the last that is known of the daemon that started them, ISO 8601; undefined: nothing is
 * @param stop ends the wait
 * @returns the pids of those that were there, or led a group that was, and are gone now; undefined where they are not, or
 *   nobody can tell
 */
export async function endLeft(
  own: number,
  left: readonly LeftProcess[],
  aliveUntil: string | undefined,
  stop: AbortSignal,
): Promise<readonly number[] | undefined> {
  const found = await living(own, left, aliveUntil);
  const killer = permitted(KILL_PROGRAMS);
  if (found === undefined || killer === undefined) return found?.length === 0 ? [] : undefined;
  let rest = found;
  for (const signal of ["TERM", "KILL"] as const) {
    await Promise.all(rest.map(({ pid }) => signalGroup(killer, pid, signal)));
    for (let waited = 0; waited < GRACE_MS && rest.length > 0 && !stop.aborted; waited += LOOK_MS) {
      await daemonTimers.sleep(LOOK_MS);
      rest = await living(own, rest, aliveUntil) ?? rest;
    }
  }
  return rest.length === 0 ? found.map(({ pid }) => pid) : undefined;
}

/** Those of `left` that are there, as {@link endLeft} looks for them; undefined where nobody can tell. */
export async function living(
  own: number,
  left: readonly LeftProcess[],
  aliveUntil: string | undefined,
): Promise<readonly LeftProcess[] | undefined> {
  if (left.length === 0) return [];
  const ps = permittedPs();
  const table = ps === undefined ? undefined : await groupMembers(ps, own);
  return table && left.filter((one) => isLeft(one, table, aliveUntil));
}

/**
 * Whether the process lives, or others of the group that it led. No new process gets a pid that is a group's, so a member
 * that began while the daemon, and so the leader, lived is of that very group; one that began later may not be.
 */
export function isLeft(
  { pid, startedAt }: LeftProcess,
  table: readonly GroupMember[],
  aliveUntil: string | undefined,
): boolean {
  const leader = table.find((one) => one.pid === pid);
  if (leader !== undefined) return leader.startedAt === startedAt;
  if (aliveUntil === undefined) return false;
  const until = Date.parse(aliveUntil) + BEHIND_RECORD_MS;
  const began = (one: GroupMember) => Date.parse(`${one.startedAt} UTC`); // as process_table.ts has it told
  return table.some((one) => one.group === pid && began(one) >= Date.parse(`${startedAt} UTC`) && began(one) <= until);
}
