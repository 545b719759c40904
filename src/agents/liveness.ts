/**
 * Which rows lost their process. The table of processes is asked from outside (one `ps` for all rows, product.md §2);
 * this part only judges the answer. Three answers to "does it live": yes, no, unknown; a row is lost on a "no" alone.
 */
import type { ProcessInfo } from "../platform/system.ts";

/** An open session whose pid is known, as it was when the table was asked. */
export interface Watched {
  readonly id: string;
  readonly pid: number;
}

export interface Verdict {
  /** Rows whose process is gone since the last look. */
  readonly lost: readonly Watched[];
  /** Rows that were lost and live again: resumed under another pid. */
  readonly back: readonly Watched[];
}

const NOTHING: Verdict = { lost: [], back: [] };

export class LivenessSweep {
  readonly #own: number;
  #ownStart: string | undefined;
  /** Start time at the first look at each row and pid: another one later means that the pid was given away. */
  readonly #starts = new Map<string, string>();
  readonly #lost = new Set<string>();

  /** @param own pid of this process: it is asked about as well, see {@link sweep} */
  constructor(own: number) {
    this.#own = own;
  }

  /** The pids to ask the table about; none while there is no row. */
  pids(rows: readonly Watched[]): readonly number[] {
    return rows.length === 0 ? [] : [...new Set([this.#own, ...rows.map((row) => row.pid)])];
  }

  isLost(id: string): boolean {
    return this.#lost.has(id);
  }

  /**
   * Judges one look at the table. `rows` are the rows as they were when it was asked; a row that is not among them
   * is forgotten. We ourselves live: a table without us is no evidence at all, and one in which our own start time
   * has changed was read after the clock was set (`ps` counts start times from the clock), so that every start time
   * is learnt anew.
   */
  sweep(rows: readonly Watched[], answer: readonly ProcessInfo[] | "unknown"): Verdict {
    this.#forget(rows);
    if (answer === "unknown") return NOTHING;
    const table = new Map(answer.map((process) => [process.pid, process.startedAt]));
    const own = table.get(this.#own);
    if (own === undefined) return NOTHING;
    if (own !== this.#ownStart) this.#relearn(rows);
    this.#ownStart = own;
    const lost: Watched[] = [];
    const back: Watched[] = [];
    for (const row of rows) {
      const lives = this.#lives(row, table.get(row.pid));
      if (lives && this.#lost.delete(row.id)) back.push(row);
      if (!lives && !this.#lost.has(row.id)) {
        this.#lost.add(row.id);
        lost.push(row);
      }
    }
    return { lost, back };
  }

  #lives(row: Watched, start: string | undefined): boolean {
    if (start === undefined) return false;
    const key = keyOf(row);
    const first = this.#starts.get(key);
    if (first === undefined) this.#starts.set(key, start);
    return first === undefined || first === start;
  }

  /** A lost row stays so until it has another pid: what lives under the old one may be a stranger. */
  #relearn(rows: readonly Watched[]): void {
    this.#starts.clear();
    for (const row of rows) if (this.#lost.has(row.id)) this.#starts.set(keyOf(row), "gone");
  }

  #forget(rows: readonly Watched[]): void {
    const ids = new Set(rows.map((row) => row.id));
    const keys = new Set(rows.map(keyOf));
    for (const id of this.#lost) if (!ids.has(id)) this.#lost.delete(id);
    for (const key of this.#starts.keys()) if (!keys.has(key)) this.#starts.delete(key);
  }
}

function keyOf(row: Watched): string {
  return `${row.pid} ${row.id}`;
}
