/** What was sent and acknowledged, what subscribers saw, and the verdict on both by the journal's own files. */
import type { Line } from "../support/harness_journal.ts";

/** What one resuming subscriber saw, over all its connections. */
export class SeenEvents {
  /** Of each number, from `from + 1` on: what tells one event from another. */
  readonly events: string[] = [];
  readonly faults: string[] = [];
  /** Numbers that came a second time. */
  again = 0;

  constructor(readonly name: string, readonly from: number) {}

  get last(): number {
    return this.from + this.events.length;
  }

  /** False where the number does not follow: then it must resume. */
  take(seq: number, type: string, ts: string): boolean {
    if (seq !== this.last + 1) {
      this.faults.push(`${this.name}: after ${this.last} came ${seq}`);
      if (seq <= this.last) this.again++;
      return false;
    }
    this.events.push(`${type} ${ts}`);
    return true;
  }
}

export interface Verdict {
  readonly lost: number;
  readonly duplicated: number;
  /** One sentence for each. */
  readonly faults: readonly string[];
}

export class Ledger {
  sent = 0;
  reloads = 0;
  /** Reloads of a wrong configuration, which the daemon refused. */
  refused = 0;
  /** Process ids of the daemons that the soak killed. */
  readonly killed: number[] = [];
  /** Process ids of the daemons that were seen, and when each was seen last, in seconds since the soak began. */
  readonly daemons = new Map<number, number>();
  /** Keys of writes and the numbers with which they were acknowledged. */
  readonly writes = new Map<string, number>();
  /** Prompts of hook processes that have ended: each event is delivered, or spooled for the next daemon. */
  readonly hooks = new Set<string>();
  /** Turns whose submission was acknowledged. */
  readonly turns = new Set<string>();
  readonly readers: SeenEvents[] = [];
  /** What else went wrong, which is neither a loss nor a double. */
  readonly faults: string[] = [];

  /** How many writes, hook's events and turns somebody was told are kept. */
  get acknowledged(): number {
    return this.writes.size + this.hooks.size + this.turns.size;
  }

  /**
   * @param lines the whole journal, after the last daemon has stopped
   * @param end up to which number the subscribers were waited for
   */
  verdict(lines: readonly Line[], end: number): Verdict {
    const lost: string[] = [];
    const twice: string[] = [];
    const once = (what: string, found: readonly number[], at?: number) => {
      if (found.length > 1) twice.push(`${what} is in the journal as ${found.join(", ")}`);
      else if (found.length === 0) lost.push(`${what} is not in the journal`);
      else if (at !== undefined && found[0] !== at) lost.push(`${what} was acknowledged as ${at} and is ${found[0]}`);
    };
    const keys = places(lines, ({ data }) => data["idempotencyKey"]);
    for (const [key, seqs] of keys) if (seqs.length > 1 && !this.writes.has(key)) once(`key ${key}`, seqs);
    for (const [key, seq] of this.writes) once(`key ${key}`, keys.get(key) ?? [], seq);
    const prompts = places(lines, ({ data }) => {
      const isReport = data["idempotencyChange"] === "session.report";
      return isReport ? (data["session"] as { lastPrompt?: string } | undefined)?.lastPrompt : undefined;
    });
    for (const prompt of this.hooks) once(`hook's event ${prompt}`, prompts.get(prompt) ?? []);
    const ofType = (type: string, id: string) =>
      places(lines, (line) => line.type === type ? line.data[id] : undefined);
    const ends = ofType("turn.ended", "turnId");
    const submitted = ofType("turn.submitted", "id");
    for (const turn of new Set([...submitted.keys(), ...this.turns])) {
      once(`turn ${turn}`, submitted.get(turn) ?? []);
      once(`end of turn ${turn}`, ends.get(turn) ?? []);
    }
    const runs = ofType("job.ended", "runId");
    for (const run of ofType("job.started", "runId").keys()) once(`end of run ${run}`, runs.get(run) ?? []);
    const missed = this.readers.flatMap((reader) => missedBy(reader, lines, end));
    const again = this.readers.reduce((sum, reader) => sum + reader.again, 0);
    const faults = [...lost, ...twice, ...missed, ...this.readers.flatMap((reader) => reader.faults), ...this.faults];
    faults.push(...this.#deaths(lines));
    return { lost: lost.length + missed.length, duplicated: twice.length + again, faults };
  }

  /**
   * Daemons that ended by themselves: the soak kills all but the last one and stops that one, and the next client that
   * finds none starts another, silently. One that was killed early has no record of its start, and one that lived for
   * less than a second was not seen.
   */
  #deaths(lines: readonly Line[]): string[] {
    const started = lines.filter(({ type }) => type === "daemon.started").map(({ data }) => Number(data["pid"]));
    const last = lines.findLast(({ type }) => type === "daemon.started" || type === "daemon.stopping");
    const stopped = last?.type === "daemon.stopping" ? started.slice(-1) : [];
    const wanted = new Set([...this.killed, ...stopped]);
    return [...new Set([...started, ...this.daemons.keys()])].filter((pid) => !wanted.has(pid)).map((pid) => {
      const at = this.daemons.get(pid);
      const seen = at === undefined ? "never seen" : `last seen at ${at.toFixed(0)} s`;
      return `daemon ${pid}, ${seen}, ended by itself: nobody killed or stopped it`;
    });
  }
}

/** The numbers of the records that tell of each thing. */
function places(lines: readonly Line[], of: (line: Line) => unknown): Map<string, number[]> {
  const all = new Map<string, number[]>();
  for (const line of lines) {
    const name = of(line);
    if (typeof name !== "string") continue;
    const seqs = all.get(name);
    if (seqs === undefined) all.set(name, [line.seq]);
    else seqs.push(line.seq);
  }
  return all;
}

/** What a subscriber did not see, or saw as something else: a number that a kill gave to another event. */
function missedBy({ name, from, last, events }: SeenEvents, lines: readonly Line[], end: number): string[] {
  const wrong = lines.filter(({ seq, type, ts }) =>
    seq > from && seq <= Math.max(end, last) && events[seq - from - 1] !== `${type} ${ts}`
  ).map(({ seq, type }) => `${name}: of ${seq}, ${type}, it saw ${events[seq - from - 1] ?? "nothing"}`);
  const size = lines.at(-1)?.seq ?? 0;
  for (let seq = size + 1; seq <= last; seq++) wrong.push(`${name}: it saw ${seq}, which is not in the journal`);
  return wrong;
}
