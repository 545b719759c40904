/** B3: from the spawn of the daemon to its answered hello. */
import { TestHome } from "../support/harness.ts";
import { type Measured, pour, prebuiltMain, startDaemon, startEcho } from "./daemon.ts";
import { alternate, median } from "./measure.ts";
import { judged, ratio, type Row } from "./result.ts";

const ROUNDS = 15;
const WARM_UP = 2;
const GOAL = { ratio: 2.2, ms: 100 };
const SESSIONS = 30;

export async function start(): Promise<readonly Row[]> {
  await using home = await TestHome.create();
  {
    await using daemon = await startDaemon(home);
    await pour(daemon.socketPath, { sessions: SESSIONS, count: SESSIONS * 10 });
  }
  const prebuilt = await prebuiltMain();
  const costs = await alternate({
    prebuilt: () => spawned(() => startDaemon(home, prebuilt)),
    theirs: () => spawned(() => startEcho(home)),
    source: () => spawned(() => startDaemon(home)),
    fresh: async () => {
      await using fresh = await TestHome.create();
      return await spawned(() => startDaemon(fresh, prebuilt));
    },
  }, { rounds: ROUNDS, warmUp: WARM_UP });
  return [
    row(`prebuilt, a home with ${SESSIONS} sessions`, costs.prebuilt, costs.theirs),
    row("prebuilt, a new home", costs.fresh, costs.theirs),
    row(`from source, a home with ${SESSIONS} sessions`, costs.source, costs.theirs),
  ];
}

async function spawned(begin: () => Promise<Measured>): Promise<number> {
  const began = performance.now();
  const process = await begin();
  const ms = performance.now() - began;
  await process[Symbol.asyncDispose]();
  return ms;
}

function row(where: string, ours: readonly number[], theirs: readonly number[]): Row {
  const ms = median(ours);
  return judged(
    {
      id: "B3",
      what: `spawn of the daemon → answered hello: ${where}`,
      counterpart: "the smallest Deno program that listens and answers",
      goal: `≤ ${GOAL.ratio.toFixed(1)}×, < ${GOAL.ms} ms`,
      measured: ratio(ms, median(theirs), "ms"),
    },
    `start ${where}`,
    ms / (GOAL.ratio * median(theirs)),
    ms / GOAL.ms,
  );
}
