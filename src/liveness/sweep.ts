/**
 * Which rows lost their process. The caller reads the process table (one `ps` for all rows); this part
 * only evaluates it. A process is alive, gone or not known; a row is lost only where it is gone, and what was never seen
 * alive here cannot be seen to be gone: its pid may be one of another pid namespace.
 */
import type { Slices } from "../lib/slices.ts";
import type { ProcessInfo } from "../platform/system.ts";

/** A process of an open session that is not lost yet, as it was when the table was asked. */
export interface ProbedProcess {
  readonly id: string;
  readonly pid: number;
  /** The table has shown it alive before, maybe to an earlier daemon. */
  readonly seen: boolean;
  /** ISO 8601. The process that sent this event had begun by then. */
  readonly lastEventAt: string;
}

export interface Swept {
  readonly alive: readonly ProbedProcess[];
  readonly gone: readonly ProbedProcess[];
  /** Never seen alive here, however often was looked. */
  readonly unseen: readonly ProbedProcess[];
}

/** `ps` prints whole seconds, counted from a boot time that is rounded too, ms. */
const START_SLACK_MS = 2000;

/** What was learnt at the first look at a process: another start time later means that the pid was given away. */
interface FirstLook {
  /** Undefined: the table did not show it. */
  readonly startedAt: string | undefined;
  /** The number of the last look at the row. */
  look: number;
}

type Verdict = "alive" | "gone" | "unseen";

export class LivenessSweep {
  readonly #own: number;
  #ownStart: string | undefined;
  /** By row and pid. */
  readonly #starts = new Map<string, FirstLook>();
  #looks = 0;

  /** @param own pid of this process: it is looked up as well, see {@link sweep} */
  constructor(own: number) {
    this.#own = own;
  }

  /**
   * What became of the processes, by one reading of the table. `rows` are those at the time of the reading; one that is
   * not among them is forgotten. The store remembers which rows are lost and does not pass them again.
   *
   * This process is alive: a table without it proves nothing, and one in which its own start time has changed was read
   * after the clock was set (`ps` computes start times from the clock), so that every start time is recorded anew.
   */
  async sweep(rows: readonly ProbedProcess[], processes: readonly ProcessInfo[], slices: Slices): Promise<Swept> {
    const look = ++this.#looks;
    const table = new Map(processes.map((process) => [process.pid, process.startedAt]));
    const own = table.get(this.#own);
    const swept = { alive: [] as ProbedProcess[], gone: [] as ProbedProcess[], unseen: [] as ProbedProcess[] };
    if (own === undefined) return swept;
    const clockWasSet = this.#ownStart !== undefined && own !== this.#ownStart;
    this.#ownStart = own;
    for (const row of rows) {
      const verdict = this.#verdict(row, table.get(row.pid), clockWasSet);
      swept[verdict].push(row);
      // One that is lost and announces itself again is met for the first time.
      if (verdict === "gone") this.#starts.delete(keyOf(row));
      if (slices.isOver) await slices.next();
    }
    for (const [key, first] of this.#starts) {
      if (first.look !== look) this.#starts.delete(key);
      if (slices.isOver) await slices.next();
    }
    return swept;
  }

  #verdict(row: ProbedProcess, start: string | undefined, clockWasSet: boolean): Verdict {
    const first = this.#starts.get(keyOf(row));
    if (first !== undefined) first.look = this.#looks;
    if (start === undefined) {
      if (row.seen || first?.startedAt !== undefined) return "gone";
      this.#note(row, undefined);
      return "unseen";
    }
    if (first?.startedAt !== undefined && !clockWasSet) return first.startedAt === start ? "alive" : "gone";
    if (first?.startedAt === undefined && !clockWasSet && isYounger(start, row)) {
      // The pid was given away: while no daemon looked, or over a restart of the machine. One that a look has missed
      // before was never this machine's.
      return first === undefined ? "gone" : "unseen";
    }
    this.#note(row, start);
    return "alive";
  }

  #note(row: ProbedProcess, startedAt: string | undefined): void {
    this.#starts.set(keyOf(row), { startedAt, look: this.#looks });
  }
}

function keyOf({ id, pid }: ProbedProcess): string {
  return `${pid} ${id}`;
}

/** The process began after the row's last event: it is another one. */
function isYounger(start: string, { lastEventAt }: ProbedProcess): boolean {
  return Date.parse(`${start} UTC`) > Date.parse(lastEventAt) + START_SLACK_MS;
}
