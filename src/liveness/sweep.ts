/**
 * Which rows lost their process. The table of processes is asked from outside (one `ps` for all rows, product.md §2);
 * this part only judges the answer. Three answers to "does it live": yes, no, unknown; a row is lost on a "no" alone.
 */
import type { ProcessInfo } from "../platform/system.ts";

/** An open session whose pid is known and that is not lost yet, as it was when the table was asked. */
export interface ProbedProcess {
  readonly id: string;
  readonly pid: number;
  /** ISO 8601. The process that sent this event had begun by then. */
  readonly lastEventAt: string;
}

/** `ps` tells whole seconds, counted from a boot time that it rounds too, ms. */
const START_SLACK_MS = 2000;

export class LivenessSweep {
  readonly #own: number;
  #ownStart: string | undefined;
  /** Start time at the first look at each row and pid: another one later means that the pid was given away. */
  readonly #starts = new Map<string, string>();

  /** @param own pid of this process: it is asked about as well, see {@link sweep} */
  constructor(own: number) {
    this.#own = own;
  }

  /** The pids to ask the table about; none while there is no row. */
  pids(rows: readonly ProbedProcess[]): readonly number[] {
    return rows.length === 0 ? [] : [...new Set([this.#own, ...rows.map((row) => row.pid)])];
  }

  /**
   * The rows whose process is gone, by one look at the table. `rows` are the rows as they were when it was asked; a row
   * that is not among them is forgotten. Who is lost is the store's to remember: it does not ask about them again.
   *
   * We ourselves live: a table without us is no evidence at all, and one in which our own start time has changed was
   * read after the clock was set (`ps` counts start times from the clock), so that every start time is learnt anew.
   */
  sweep(rows: readonly ProbedProcess[], answer: readonly ProcessInfo[] | "unknown"): readonly ProbedProcess[] {
    this.#forget(rows);
    if (answer === "unknown") return [];
    const table = new Map(answer.map((process) => [process.pid, process.startedAt]));
    const own = table.get(this.#own);
    if (own === undefined) return [];
    const clockWasSet = this.#ownStart !== undefined && own !== this.#ownStart;
    this.#ownStart = own;
    const lost = rows.filter((row) => !this.#lives(row, table.get(row.pid), clockWasSet));
    for (const row of lost) this.#starts.delete(keyOf(row)); // one that announces itself again is met for the first time
    return lost;
  }

  #lives(row: ProbedProcess, start: string | undefined, clockWasSet: boolean): boolean {
    if (start === undefined) return false;
    const key = keyOf(row);
    const first = this.#starts.get(key);
    if (first !== undefined && !clockWasSet) return first === start;
    // The pid may have been given away while no daemon looked, or over a restart of the machine.
    if (!clockWasSet && Date.parse(`${start} UTC`) > Date.parse(row.lastEventAt) + START_SLACK_MS) return false;
    this.#starts.set(key, start);
    return true;
  }

  #forget(rows: readonly ProbedProcess[]): void {
    const keys = new Set(rows.map(keyOf));
    for (const key of this.#starts.keys()) if (!keys.has(key)) this.#starts.delete(key);
  }
}

function keyOf(row: ProbedProcess): string {
  return `${row.pid} ${row.id}`;
}
