/**
 * The pid of an agent that tells its hooks none: the process that started the hook. That may be a shell that is gone a
 * moment later, and a row whose process is gone counts as lost. So a pid is believed only after two events of the
 * session in a row have named the same one. A shell is a new process at each event and is never believed; a shared
 * daemon that runs the hooks is believed, and its end is the end of its sessions. Pure.
 */
import type { Facts } from "./session.ts";
import type { Report } from "./report.ts";

/** `before` are the facts of the row, `next` those that it has after `report`. */
export function confirmedPid<F extends Facts>(before: Facts, { facts, event }: Report, next: F): F {
  const told = facts.parentPid;
  if (told === undefined || facts.pid !== undefined) return next;
  if (told === before.parentPid) return { ...next, pid: told };
  // One hook among others may have a parent of its own (recorded): that disproves nothing. But
  // a session that is announced again runs in another process, and the old pid is wrong before the new one is proved.
  if (event.kind !== "announced" || told === before.pid) return next;
  const { pid: _, ...rest } = next;
  return rest as F;
}
