/** B3: from the spawn of the daemon to its answered hello. */
import { buildBundle } from "../../install/build.ts";
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
  const folder = `${home.root}/bundle`;
  await Deno.mkdir(folder);
  await buildBundle(folder, { home: home.dir });
  const bundle = `file://${folder}/agent-console.js`;
  const costs = await alternate({
    bundle: () => spawned(() => startDaemon(home, bundle)),
    theirs: () => spawned(() => startEcho(home)),
    source: () => spawned(() => startDaemon(home)),
    fresh: async () => {
      await using fresh = await TestHome.create();
      return await spawned(() => startDaemon(fresh, bundle));
    },
  }, { rounds: ROUNDS, warmUp: WARM_UP });
  return [
    row(`\`deno task bundle\`, a home with ${SESSIONS} sessions`, costs.bundle, costs.theirs),
    row("`deno task bundle`, a new home", costs.fresh, costs.theirs),
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
  return {
    id: "B3",
    what: `spawn of the daemon → answered hello: ${where}`,
    counterpart: "the smallest Deno program that listens and answers",
    goal: `≤ ${GOAL.ratio.toFixed(1)}×, < ${GOAL.ms} ms`,
    measured: ratio(ms, median(theirs), "ms"),
    ok: ms <= GOAL.ratio * median(theirs) && ms < GOAL.ms,
  };
}
