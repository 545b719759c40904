/** Which rows name a process as theirs or as their parent, so that those of a few processes are found without a look at all. */
import { processesOf } from "../domain/row_processes.ts";
import type { Session } from "../domain/session.ts";

export class RowsByProcess {
  /** Most processes have one row: its id stands there without a set around it. */
  #ids = new Map<number, string | Set<string>>();

  /** A row was put, replaced or taken away. */
  changed(before: Session | undefined, after: Session | undefined): void {
    const isSame = before?.pid === after?.pid && before?.parentPid === after?.parentPid &&
      before?.others === after?.others;
    if (isSame) return;
    if (before !== undefined) { for (const pid of pidsOf(before)) this.#remove(pid, before.id); }
    if (after !== undefined) { for (const pid of pidsOf(after)) this.#add(pid, after.id); }
  }

  /** Ids of the rows that name one of `pids`. */
  of(pids: Iterable<number>): ReadonlySet<string> {
    const found = new Set<string>();
    for (const pid of pids) {
      const ids = this.#ids.get(pid);
      if (typeof ids === "string") found.add(ids);
      else for (const id of ids ?? []) found.add(id);
    }
    return found;
  }

  #add(pid: number, id: string): void {
    const ids = this.#ids.get(pid);
    if (ids === undefined) this.#ids.set(pid, id);
    else if (typeof ids !== "string") ids.add(id);
    else if (ids !== id) this.#ids.set(pid, new Set([ids, id]));
  }

  #remove(pid: number, id: string): void {
    const ids = this.#ids.get(pid);
    if (ids === id) this.#ids.delete(pid);
    else if (typeof ids === "object" && ids.delete(id) && ids.size === 0) this.#ids.delete(pid);
  }
}

function pidsOf(session: Session): readonly number[] {
  const own = processesOf(session).map(({ pid }) => pid);
  return session.parentPid === undefined ? own : [session.parentPid, ...own];
}
