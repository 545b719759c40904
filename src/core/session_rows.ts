/**
 * The rows of the store. A row is replaced and never changed, so that whoever holds one, or a copy of the list of them,
 * keeps what was true at that instant, at the price of the references.
 */
import type { SessionEntry } from "../domain/evolve.ts";
import type { Session } from "../domain/session.ts";
import { RowsByProcess } from "./rows_by_process.ts";

/** A session with what is derived from outside of its events. */
export interface SessionRow {
  readonly entry: SessionEntry;
  /** Its process is gone. */
  readonly lost?: boolean;
  /** Known from before the start only. */
  readonly unproven?: boolean;
}

export class SessionRows {
  #rows = new Map<string, SessionRow>();
  /** Ids of the rows that name this id as their parent, so that a session's children are found without a search. */
  #children = new Map<string, Set<string>>();
  /** Ids of the rows that wait: of many rows they are few, and they are asked for often. */
  #waiting = new Set<string>();
  #byProcess = new RowsByProcess();

  get size(): number {
    return this.#rows.size;
  }

  get(id: string): SessionRow | undefined {
    return this.#rows.get(id);
  }

  /** All, in the order in which they were first put. The list is the caller's. */
  all(): SessionRow[] {
    return [...this.#rows.values()];
  }

  /** Those that wait, in the order in which they began to. The list is the caller's. */
  waiting(): SessionRow[] {
    return Array.from(this.#waiting, (id) => this.#rows.get(id)!);
  }

  /** What of all rows is made from events alone, in the same order. The list is the caller's. */
  entries(): SessionEntry[] {
    return this.all().map(({ entry }) => entry);
  }

  sessions(): Iterable<Session> {
    return this.#rows.values().map(({ entry }) => entry.session);
  }

  /** Puts a row or replaces it; its marks stay. */
  put(entry: SessionEntry): void {
    const { id, parentId, status } = entry.session;
    const before = this.#rows.get(id);
    this.#byProcess.changed(before?.entry.session, entry.session);
    if (status === "waiting") this.#waiting.add(id);
    else this.#waiting.delete(id);
    this.#rows.set(id, before === undefined ? { entry } : { ...before, entry });
    if (parentId === undefined) return;
    const children = this.#children.get(parentId);
    if (children === undefined) this.#children.set(parentId, new Set([id]));
    else children.add(id);
  }

  /** Sets marks of a row, where it is there. */
  mark(id: string, marks: Omit<SessionRow, "entry">): void {
    const row = this.#rows.get(id);
    if (row !== undefined) this.#rows.set(id, { ...row, ...marks });
  }

  delete({ id, parentId }: Session): void {
    this.#byProcess.changed(this.#rows.get(id)?.entry.session, undefined);
    this.#rows.delete(id);
    this.#waiting.delete(id);
    if (parentId === undefined) return;
    const children = this.#children.get(parentId);
    children?.delete(id);
    if (children?.size === 0) this.#children.delete(parentId);
  }

  /** The rows that name one of `pids` as a process of theirs, or as their parent. */
  ofProcesses(pids: Iterable<number>): Session[] {
    return Array.from(this.#byProcess.of(pids), (id) => this.#rows.get(id)!.entry.session);
  }

  /** The open rows whose parent is `id`. */
  children(id: string): Session[] {
    return [...this.#children.get(id) ?? []].flatMap((child) => {
      const session = this.#rows.get(child)?.entry.session;
      return session === undefined || session.status === "closed" ? [] : [session];
    });
  }
}
