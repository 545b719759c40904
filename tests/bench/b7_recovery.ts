/** B7: a start that reads a journal of a million records. */
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { run } from "../support/harness_process.ts";
import { pour, startDaemon } from "./daemon.ts";
import { alternate, median } from "./measure.ts";
import { HAS_PROC, mainThreadMs } from "./proc.ts";
import { ratio, type Row } from "./result.ts";

const RECORDS = 1_000_000;
const SESSIONS = 1000;
const ROUNDS = 3;
/** Starts that are compared by their CPU: of these the least counts, because only other work makes one dearer. */
const SNAPSHOT_ROUNDS = 9;
const COUNTERPART = "a Deno program that hashes and parses the same lines";
/** Nobody waits for the disk while the journal is made. */
const CONFIG = '{ "journal": { "fsync": "never" } }';

export async function recovery(): Promise<readonly Row[]> {
  await using home = await TestHome.create({ config: CONFIG });
  {
    await using daemon = await startDaemon(home);
    await pour(daemon.socketPath, { sessions: SESSIONS, count: RECORDS });
  }
  const costs = await alternate({
    without: async () => {
      await Deno.remove(home.path("journal/snapshot.json"));
      return await startMs(home); // and leaves a snapshot for the next
    },
    with: () => startMs(home),
    bare: () => readMs(home),
  }, { rounds: ROUNDS, warmUp: 0 });
  const bare = median(costs.bare);
  const row = (what: string, goal: number, ours: number): Row => ({
    id: "B7",
    what: `spawn of the daemon → answered hello, with a journal of ${RECORDS.toLocaleString("en")} events, ${what}`,
    counterpart: COUNTERPART,
    goal: `≤ ${goal}×`,
    measured: ratio(ours / 1000, bare / 1000, "s", 2),
    ok: ours <= goal * bare,
  });
  return [
    row("without a snapshot", 2, median(costs.without)),
    row("with a snapshot", 0.1, median(costs.with)),
    ...HAS_PROC ? [await besideFew(home)] : [],
  ];
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
  return {
    id: "B7",
    what: `CPU of a start up to the answered hello, with a snapshot and ${RECORDS.toLocaleString("en")} events`,
    counterpart: `itself with ${SESSIONS.toLocaleString("en")} events of the same sessions`,
    goal: "≤ 2×",
    measured: ratio(ours, bare, "ms"),
    ok: ours <= 2 * bare,
  };
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
async function readMs(home: TestHome): Promise<number> {
  const program = `${REPOSITORY}/tests/bench/peers/read_journal.ts`;
  const argv = [Deno.execPath(), "run", "-A", program, home.path("journal")];
  const { code, stdout, stderr, ms } = await run(argv, { env: home.command([]).env, timeoutMs: 120_000 });
  if (code !== 0 || Number(stdout) < RECORDS) throw new Error(`the journal was not read: ${stdout}${stderr}`);
  return ms;
}
