/** B7: a start that reads a journal of ten thousand, a hundred thousand and a million records. */
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { run } from "../support/harness_process.ts";
import { pour, startDaemon } from "./daemon.ts";
import { alternate, median } from "./measure.ts";
import { HAS_PROC, mainThreadMs } from "./proc.ts";
import { type GrowthPoint, judged, ratio, type Row } from "./result.ts";

/** One journal that grows; the goals are about the last. */
const RECORDS = [10_000, 100_000, 1_000_000] as const;
const [, , MANY] = RECORDS;
const SESSIONS = 1000;
const ROUNDS = 3;
/** Starts that are compared by their CPU: of these the least counts, because only other work makes one dearer. */
const SNAPSHOT_ROUNDS = 9;
const COUNTERPART = "a Deno program that hashes and parses the same lines";
/** Nobody waits for the disk while the journal is made. */
const CONFIG = '{ "journal": { "fsync": "never" } }';

/** Seconds from a spawn to the answered hello, and of the counterpart. */
interface Recovered {
  readonly without: number;
  readonly with: number;
  readonly bare: number;
}

export async function recovery(): Promise<readonly Row[]> {
  await using home = await TestHome.create({ config: CONFIG });
  const points: GrowthPoint[] = [];
  let secs: Recovered = { without: NaN, with: NaN, bare: NaN };
  let reported = 0;
  for (const records of RECORDS) {
    {
      await using daemon = await startDaemon(home);
      await pour(daemon.socketPath, { sessions: SESSIONS, count: records - reported });
    }
    reported = records;
    secs = await recovered(home, records);
    const point = (line: string, cost: number) => ({ panel: "records", line, size: records, cost }) as const;
    points.push(
      point("start without a snapshot", secs.without),
      point("start with a snapshot", secs.with),
      point("hash and parse alone", secs.bare),
    );
  }
  const row = (what: string, goal: number, ours: number, more: Pick<Row, "points"> = {}): Row =>
    judged(
      {
        id: "B7",
        what: `spawn of the daemon → answered hello, with a journal of ${MANY.toLocaleString("en")} events, ${what}`,
        counterpart: COUNTERPART,
        goal: `≤ ${goal}×`,
        measured: ratio(ours, secs.bare, "s", 2),
        ...more,
      },
      `start, ${MANY.toLocaleString("en")} events, ${what}`,
      ours / (goal * secs.bare),
    );
  return [
    row("without a snapshot", 2, secs.without, { points }),
    row("with a snapshot", 0.1, secs.with),
    ...HAS_PROC ? [await besideFew(home)] : [],
  ];
}

async function recovered(home: TestHome, records: number): Promise<Recovered> {
  const costs = await alternate({
    without: async () => {
      await Deno.remove(home.path("journal/snapshot.json"));
      return await startMs(home); // and leaves a snapshot for the next
    },
    with: () => startMs(home),
    bare: () => readMs(home, records),
  }, { rounds: ROUNDS, warmUp: 0 });
  const secs = (ms: readonly number[]) => median(ms) / 1000;
  return { without: secs(costs.without), with: secs(costs.with), bare: secs(costs.bare) };
}

/** A start from a snapshot beside one of a home with the same sessions and a thousandth of the records. */
async function besideFew(many: TestHome): Promise<Row> {
  await using few = await TestHome.create({ config: CONFIG });
  {
    await using daemon = await startDaemon(few);
    await pour(daemon.socketPath, { sessions: SESSIONS, count: SESSIONS });
  }
  const costs = await alternate(
    { many: () => startCpuMs(many), few: () => startCpuMs(few) },
    { rounds: SNAPSHOT_ROUNDS, warmUp: 1 },
  );
  const [ours, bare] = [Math.min(...costs.many), Math.min(...costs.few)];
  const what = `CPU of a start up to the answered hello, with a snapshot and ${MANY.toLocaleString("en")} events`;
  const counterpart = `itself with ${SESSIONS.toLocaleString("en")} events of the same sessions`;
  return judged(
    { id: "B7", what, counterpart, goal: "≤ 2×", measured: ratio(ours, bare, "ms") },
    `CPU of a start, ${MANY.toLocaleString("en")} events, with a snapshot`,
    ours / (2 * bare),
  );
}

async function startCpuMs(home: TestHome): Promise<number> {
  await using daemon = await startDaemon(home);
  return mainThreadMs(daemon.pid);
}

async function startMs(home: TestHome): Promise<number> {
  const began = performance.now();
  await using _daemon = await startDaemon(home);
  return performance.now() - began;
}

/** @throws {Error} where it read fewer records than were reported: something else would be measured */
async function readMs(home: TestHome, records: number): Promise<number> {
  const program = `${REPOSITORY}/tests/bench/peers/read_journal.ts`;
  const argv = [Deno.execPath(), "run", "-A", program, home.path("journal")];
  const { code, stdout, stderr, ms } = await run(argv, { env: home.command([]).env, timeoutMs: 120_000 });
  if (code !== 0 || Number(stdout) < records) throw new Error(`the journal was not read: ${stdout}${stderr}`);
  return ms;
}
