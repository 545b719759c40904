/**
 * The pid of an agent that does not send one with its hooks: the process that started the hook. That may be a shell
 * that ends a moment later, and a row whose process is gone counts as lost. So a pid is taken only after two events of
 * the session in a row named the same one. A shell is a new process at each event and is never taken. A shared daemon
 * that runs the hooks is taken, and its end ends its sessions. Pure.
 */
import type { Facts } from "./session.ts";
import type { Report } from "./report.ts";

/** `before` are the facts of the row, `next` those that it has after `report`. */
export function confirmedPid<F extends Facts>(before: Facts, { facts, event }: Report, next: F): F {
  const told = facts.parentPid;
  if (told === undefined || facts.pid !== undefined) return next;
  if (told === before.parentPid) return { ...next, pid: told };
  // One hook among others may have a parent of its own (recorded), which disproves nothing. But a session that is
  // announced again runs in another process: the old pid is wrong before the new one is confirmed.
  if (event.kind !== "announced" || told === before.pid) return next;
  const { pid: _, ...rest } = next;
  return rest as F;
}
