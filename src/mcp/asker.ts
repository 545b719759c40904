/** Which sessions an agent's MCP server belongs to, and whether a request is one of theirs. Pure. */
import { processesOf } from "../domain/row_processes.ts";
import type { Session } from "../domain/session.ts";

/** What the server says of itself (methods.ts). */
export interface Asker {
  readonly sessionIds?: readonly string[];
  readonly pids?: readonly number[];
}

/** The sessions as they are kept. */
interface SessionsLook {
  get(id: string): Session | undefined;
  /** Those that name one of `pids` as a process of theirs, or as their parent. */
  ofProcesses(pids: Iterable<number>): Iterable<Session>;
}

/**
 * Of one process there may be many, and agents start agents: each of them may be the one that asks. The likeliest first:
 * one that the environment names, because a report without a token may claim any process, also one that all programs of
 * the user descend from. Not so one whose processes are known and none of them is above the server: the environment was
 * handed on. Then those of the nearest process.
 */
export function askingSessions(asker: Asker, rows: SessionsLook): readonly Session[] {
  const { sessionIds = [] } = asker;
  const pids = (asker.pids ?? []).filter(isOneAgents);
  const distanceOf = (row: Session): number => {
    const own = [row.parentPid, ...processesOf(row).map(({ pid }) => pid)];
    const steps = own.map((pid) => pid === undefined ? -1 : pids.indexOf(pid)).filter((at) => at >= 0);
    return Math.min(pids.length, ...steps);
  };
  const isElsewhere = (row: Session) =>
    pids.length > 0 && pidsOf(row).length > 0 && !pidsOf(row).some((pid) => pids.includes(pid));
  const named = sessionIds.flatMap((id) => rows.get(id) ?? []);
  return [...new Map([...named, ...rows.ofProcesses(pids)].map((row) => [row.id, row])).values()]
    .map((row) => ({ row, distance: distanceOf(row), isNamed: sessionIds.includes(row.id) }))
    .filter(({ row, distance, isNamed }) => row.status !== "closed" && (isNamed || distance < pids.length))
    .map((one) => ({ ...one, order: one.isNamed && !isElsewhere(one.row) ? 0 : 1 }))
    .sort((a, b) => a.order - b.order || a.distance - b.distance)
    .map(({ row }) => row);
}

/**
 * Whether the request of session `asked` is for another than the asker to answer: `own` where it is of its tree of an agent
 * and its sub-agents, or of the same process; `unknown` where that cannot be told, as no process is known behind one of
 * both: a name alone may be another's.
 */
export function whoseRequest(
  asked: string,
  asking: readonly Pick<Session, "id">[],
  rows: Pick<SessionsLook, "get">,
): "another" | "own" | "unknown" {
  const root = rootOf(asked, rows);
  if (asking.some(({ id }) => rootOf(id, rows) === root)) return "own";
  const behind = pidsOf(rows.get(root));
  const asker = asking.flatMap(({ id }) => pidsOf(rows.get(id)));
  if (asker.some((pid) => behind.includes(pid))) return "own";
  return asker.length === 0 || behind.length === 0 ? "unknown" : "another";
}

function pidsOf(row: Session | undefined): readonly number[] {
  return row === undefined ? [] : processesOf(row).map(({ pid }) => pid).filter(isOneAgents);
}

/** The first process of the system is above all others: it tells no agent. */
function isOneAgents(pid: number): boolean {
  return pid > 1;
}

function rootOf(id: string, rows: Pick<SessionsLook, "get">): string {
  const seen = new Set([id]);
  for (let at = id;;) {
    const parent = rows.get(at)?.parentId;
    if (parent === undefined || seen.has(parent)) return at;
    seen.add(at = parent);
  }
}
