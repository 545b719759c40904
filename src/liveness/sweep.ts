/**
 * Which rows lost their process. The caller reads the process table (one `ps` for all rows); this part
 * only evaluates it. A process is alive, gone or unknown; a row is lost only where it is gone.
 */
import type { Slices } from "../lib/slices.ts";
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

/** What was learnt at the first look at a row: another start time later means that the pid was given away. */
interface FirstLook {
  readonly pid: number;
  readonly startedAt: string;
  /** The number of the last look at the row. */
  look: number;
}

export class LivenessSweep {
  readonly #own: number;
  #ownStart: string | undefined;
  /** By row. */
  readonly #starts = new Map<string, FirstLook>();
  #looks = 0;

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
  async sweep(
    rows: readonly ProbedProcess[],
    answer: readonly ProcessInfo[] | "unknown",
    slices: Slices,
  ): Promise<readonly ProbedProcess[]> {
    const look = ++this.#looks;
    const table = new Map(answer === "unknown" ? [] : answer.map((process) => [process.pid, process.startedAt]));
    const own = table.get(this.#own);
    const clockWasSet = own !== undefined && this.#ownStart !== undefined && own !== this.#ownStart;
    this.#ownStart = own ?? this.#ownStart;
    const lost: ProbedProcess[] = [];
    for (const row of rows) {
      const known = this.#starts.get(row.id);
      const first = known?.pid === row.pid ? known : undefined;
      if (first !== undefined) first.look = look;
      // One that is lost and announces itself again is met for the first time.
      if (own !== undefined && !this.#lives(row, table.get(row.pid), clockWasSet ? undefined : first, clockWasSet)) {
        this.#starts.delete(row.id);
        lost.push(row);
      }
      if (slices.isOver) await slices.next();
    }
    for (const [id, first] of this.#starts) {
      if (first.look !== look) this.#starts.delete(id);
      if (slices.isOver) await slices.next();
    }
    return lost;
  }

  #lives(row: ProbedProcess, start: string | undefined, first: FirstLook | undefined, clockWasSet: boolean): boolean {
    if (start === undefined) return false;
    if (first !== undefined) return first.startedAt === start;
    // The pid may have been given away while no daemon looked, or over a restart of the machine.
    if (!clockWasSet && Date.parse(`${start} UTC`) > Date.parse(row.lastEventAt) + START_SLACK_MS) return false;
    this.#starts.set(row.id, { pid: row.pid, startedAt: start, look: this.#looks });
    return true;
  }
}
