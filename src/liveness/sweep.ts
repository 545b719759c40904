/**
 * Which rows lost their process. The caller reads the process table (one `ps` for all rows, product.md §2); this part
 * only evaluates it. A process is alive, gone or unknown; a row is lost only where it is gone.
 */
import type { ProcessInfo } from "../platform/system.ts";

/** An open session whose pid is known and that is not lost yet, as it was when the table was asked. */
export interface ProbedProcess {
  readonly id: string;
  readonly pid: number;
  /** ISO 8601. The process that sent this event had begun by then. */
  readonly lastEventAt: string;
}

/** `ps` prints whole seconds, counted from a boot time that is rounded too, ms. */
const START_SLACK_MS = 2000;

export class LivenessSweep {
  readonly #own: number;
  #ownStart: string | undefined;
  /** Start time at the first look at each row and pid: another one later means that the pid was given away. */
  readonly #starts = new Map<string, string>();

  /** @param own pid of this process: it is looked up as well, see {@link sweep} */
  constructor(own: number) {
    this.#own = own;
  }

  /** The pids to look up in the table; none while there is no row. */
  pids(rows: readonly ProbedProcess[]): readonly number[] {
    return rows.length === 0 ? [] : [...new Set([this.#own, ...rows.map((row) => row.pid)])];
  }

  /**
   * The rows whose process is gone, by one reading of the table. `rows` are the rows at the time of the reading; a row
   * that is not among them is forgotten. The store remembers which rows are lost and does not pass them again.
   *
   * This process is alive: a table without it proves nothing, and one in which its own start time has changed was read
   * after the clock was set (`ps` computes start times from the clock), so that every start time is recorded anew.
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
