/** B9: what the daemon costs while nothing happens. */
import { pause } from "../support/harness_wait.ts";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { denoDir } from "../support/harness_guard.ts";
import { pour, startDaemon, startEcho } from "./daemon.ts";
import { cpuSecs, wakeUps } from "./proc.ts";
import { judged, type Row } from "./result.ts";

const SESSIONS = 30;
/** Agents that the daemon keeps warm; what they cost themselves is theirs. */
const WARM = 3;
const AGENT = [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", `${REPOSITORY}/tests/support/acp_agent.ts`];
/** What a start leaves for later is over by then, and so are the quick looks at the process table behind an event. */
const SETTLE_MS = 40_000;
const REST_SECS = 60;
const GOAL_PERCENT = 0.5;
/** A timer of a second or less would wake the main thread in every second. */
const GOAL_AWAKE_SECS = REST_SECS / 2;

export async function rest(): Promise<readonly Row[]> {
  const env = [`DENO_DIR=${denoDir()}`, "DENO_NO_UPDATE_CHECK=1"];
  const warm = Array.from({ length: WARM }, (_, n) => [`warm${n}`, { command: AGENT, env, warm: true }] as const);
  await using home = await TestHome.create({ config: JSON.stringify({ agents: Object.fromEntries(warm) }) });
  await using echo = await startEcho(home);
  await using daemon = await startDaemon(home);
  await using agents = sleepers(SESSIONS);
  await pour(daemon.socketPath, { sessions: SESSIONS, count: SESSIONS * 2, pids: agents.pids });
  await pause(SETTLE_MS);
  await using client = await home.connect({ token: true });
  const { turn } = await client.request("status") as { turn?: { agents: readonly string[] } };
  if (turn?.agents.length !== WARM) throw new Error(`${turn?.agents.length} agents are warm, expected ${WARM}`);
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
  const row = {
    id: "B9",
    what:
      `CPU in one minute of rest with ${SESSIONS} open sessions whose agents live, \`ps\` included, and ${WARM} warm agents`,
    counterpart: "the smallest Deno program that listens",
    goal: `< ${GOAL_PERCENT} % of a core, no timer below 1 s`,
    measured: `${ours.toFixed(2)} % / ${theirs.toFixed(2)} %, awake in ${awake} of ${REST_SECS} seconds`,
  };
  return [judged(row, "CPU at rest, and seconds awake", ours / GOAL_PERCENT, awake / GOAL_AWAKE_SECS)];
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
