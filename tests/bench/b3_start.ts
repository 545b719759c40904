/** B3: from the spawn of the daemon to its answered hello. */
import { TestHome } from "../support/harness.ts";
import { type Measured, pour, startDaemon, startEcho } from "./daemon.ts";
import { alternate, median } from "./measure.ts";
import { ratio, type Row } from "./result.ts";

const ROUNDS = 15;
const WARM_UP = 2;
const GOAL = { ratio: 2, ms: 100 };
const SESSIONS = 30;

export async function start(): Promise<readonly Row[]> {
  await using home = await TestHome.create();
  {
    await using daemon = await startDaemon(home);
    await pour(daemon.socketPath, { sessions: SESSIONS, count: SESSIONS * 10 });
  }
  const costs = await alternate({
    again: () => spawned(() => startDaemon(home)),
    theirs: () => spawned(() => startEcho(home)),
    first: async () => {
      await using fresh = await TestHome.create();
      return await spawned(() => startDaemon(fresh));
    },
  }, { rounds: ROUNDS, warmUp: WARM_UP });
  return [
    row(`a home with ${SESSIONS} sessions`, costs.again, costs.theirs),
    row("a new home", costs.first, costs.theirs),
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
  return {
    id: "B3",
    what: `spawn of the daemon → answered hello, in ${where}`,
    counterpart: "the smallest Deno program that listens and answers",
    goal: `≤ ${GOAL.ratio.toFixed(1)}×, < ${GOAL.ms} ms`,
    measured: ratio(ms, median(theirs), "ms"),
    ok: ms <= GOAL.ratio * median(theirs) && ms < GOAL.ms,
  };
}
