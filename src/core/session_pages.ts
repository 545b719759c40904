/**
 * What is left of lists that are read page by page: every page is of the instant of the first. A list is kept for the
 * connection that asked, until its last page, the connection's end, or a time without a call.
 */
import { ConsoleError } from "../protocol/errors.ts";
import type { Peer } from "../rpc/peer.ts";
import type { FrozenSessions } from "./frozen_sessions.ts";
import type { SessionRow } from "./session_rows.ts";

export interface SessionPagesOptions {
  /** Sessions of one page, at most. */
  readonly pageRows: number;
  /** Lists that are kept for one connection; one more, and its oldest goes. */
  readonly pagedLists: number;
  /** How long a list is kept after its last call, ms. */
  readonly pageMs: number;
  /** Runs `action` after so many ms, unless the returned function was called before. */
  readonly after: (ms: number, action: () => void) => () => void;
}

/** Who pages. */
export type Reader = Pick<Peer, "signal">;

export interface Page {
  readonly frozen: FrozenSessions;
  readonly rows: readonly SessionRow[];
  /** How many come behind these. */
  readonly left: number;
  /** Where those are kept. */
  readonly nextCursor?: string;
}

/**
 * Rows of all kept lists together: 40 MB of references, 50 lists of 100,000 sessions. Beyond them the list that nobody has
 * called for the longest goes.
 */
const MAX_KEPT_ROWS = 5_000_000;

/** References that a list holds: those to come, and the instant that they are of, which a filter does not make smaller. */
function heldBy({ rows, frozen }: Pick<Kept, "rows" | "frozen">): number {
  return rows.length + frozen.size;
}

interface Kept {
  readonly reader: Reader;
  readonly frozen: FrozenSessions;
  readonly rows: readonly SessionRow[];
  stopTimer: () => void;
  readonly forget: () => void;
}

export class SessionPages {
  #options: SessionPagesOptions;
  /** By number; the one that was asked for last comes last. */
  #kept = new Map<string, Kept>();
  #keptRows = 0;
  #opened = 0;

  constructor(options: SessionPagesOptions) {
    this.#options = options;
  }

  /** Lists that are kept now. */
  get size(): number {
    return this.#kept.size;
  }

  /** The first page of `rows`, in their order; the rest is kept for `reader`, if there is one. */
  first(reader: Reader | undefined, frozen: FrozenSessions, rows: readonly SessionRow[], limit?: number): Page {
    const end = this.#pageSize(limit);
    if (rows.length <= end) return { frozen, rows, left: 0 };
    const page = { frozen, rows: rows.slice(0, end), left: rows.length - end };
    return reader === undefined ? page : { ...page, nextCursor: `${this.#keep(reader, frozen, rows)}.${end}` };
  }

  /** The page at `cursor`. @throws {ConsoleError} `invalid_params` where it is not one that `reader` still has */
  at(reader: Reader, cursor: string, limit?: number): Page {
    const [list = "", digits = ""] = cursor.split(".");
    const kept = this.#kept.get(list);
    const start = Number(digits);
    if (kept?.reader !== reader || `${list}.${start}` !== cursor || !(start > 0 && start < kept.rows.length)) {
      throw new ConsoleError("invalid_params", "the cursor is unknown on this connection, or has expired", {
        param: "cursor",
        hint: "list again, from the first page",
      });
    }
    const { frozen, rows } = kept;
    const end = start + this.#pageSize(limit);
    this.#forget(list);
    if (end >= rows.length) return { frozen, rows: rows.slice(start), left: 0 };
    this.#put(list, kept);
    return { frozen, rows: rows.slice(start, end), left: rows.length - end, nextCursor: `${list}.${end}` };
  }

  #pageSize(limit = Infinity): number {
    return Math.min(limit, this.#options.pageRows);
  }

  /** @returns its number */
  #keep(reader: Reader, frozen: FrozenSessions, rows: readonly SessionRow[]): string {
    const list = String(++this.#opened);
    const own = [...this.#kept].filter(([, kept]) => kept.reader === reader);
    if (own.length >= this.#options.pagedLists) this.#forget(own[0]![0]);
    this.#put(list, { reader, frozen, rows, stopTimer: () => {}, forget: () => this.#forget(list) });
    for (const [oldest] of this.#kept) {
      if (this.#keptRows <= MAX_KEPT_ROWS || oldest === list) break;
      this.#forget(oldest);
    }
    return list;
  }

  #put(list: string, kept: Kept): void {
    this.#kept.set(list, kept);
    this.#keptRows += heldBy(kept);
    kept.stopTimer = this.#options.after(this.#options.pageMs, kept.forget);
    if (kept.reader.signal.aborted) return kept.forget();
    kept.reader.signal.addEventListener("abort", kept.forget, { once: true });
  }

  #forget(list: string): void {
    const kept = this.#kept.get(list);
    if (kept === undefined) return;
    this.#kept.delete(list);
    this.#keptRows -= heldBy(kept);
    kept.stopTimer();
    kept.reader.signal.removeEventListener("abort", kept.forget);
  }
}
