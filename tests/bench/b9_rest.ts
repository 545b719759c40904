/** B9: what the daemon costs while nothing happens. */
import { pause } from "../support/harness_wait.ts";
import { TestHome } from "../support/harness.ts";
import { pour, startDaemon, startEcho } from "./daemon.ts";
import { cpuSecs, wakeUps } from "./proc.ts";
import type { Row } from "./result.ts";

const SESSIONS = 30;
/** What a start leaves for later is over by then, and so are the quick looks at the process table behind an event. */
const SETTLE_MS = 40_000;
const REST_SECS = 60;
const GOAL_PERCENT = 0.5;
/** A timer of a second or less would wake the main thread in every second. */
const GOAL_AWAKE_SECS = REST_SECS / 2;

export async function rest(): Promise<readonly Row[]> {
  await using home = await TestHome.create();
  await using echo = await startEcho(home);
  await using daemon = await startDaemon(home);
  await using agents = sleepers(SESSIONS);
  await pour(daemon.socketPath, { sessions: SESSIONS, count: SESSIONS * 2, pids: agents.pids });
  await pause(SETTLE_MS);
  const before = { ours: cpuSecs(daemon.pid), theirs: cpuSecs(echo.pid) };
  let awake = 0;
  for (let sec = 0, seen = wakeUps(daemon.pid); sec < REST_SECS; sec++) {
    await pause(1000);
    const now = wakeUps(daemon.pid);
    if (now !== seen) awake++;
    seen = now;
  }
  const ours = 100 * (cpuSecs(daemon.pid) - before.ours) / REST_SECS;
  const theirs = 100 * (cpuSecs(echo.pid) - before.theirs) / REST_SECS;
  return [{
    id: "B9",
    what: `CPU in one minute of rest with ${SESSIONS} open sessions whose agents live, \`ps\` included`,
    counterpart: "the smallest Deno program that listens",
    goal: `< ${GOAL_PERCENT} % of a core, no timer below 1 s`,
    measured: `${ours.toFixed(2)} % / ${theirs.toFixed(2)} %, awake in ${awake} of ${REST_SECS} seconds`,
    ok: ours < GOAL_PERCENT && awake < GOAL_AWAKE_SECS,
  }];
}

/** Processes that stand for agents. */
function sleepers(count: number): AsyncDisposable & { readonly pids: readonly number[] } {
  const children = Array.from(
    { length: count },
    () => new Deno.Command("sleep", { args: ["300"], stdin: "null", stdout: "null", stderr: "null" }).spawn(),
  );
  return {
    pids: children.map(({ pid }) => pid),
    [Symbol.asyncDispose]: async () => {
      for (const child of children) child.kill("SIGTERM");
      await Promise.all(children.map(({ status }) => status));
    },
  };
}
