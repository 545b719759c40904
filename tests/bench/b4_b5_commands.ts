/** B4 and B5: whole processes of the two commands that run most often. */
import { hookProgram } from "../../src/client/hook_program.ts";
import { clientContext } from "../../src/client/endpoint.ts";
import { thisProgram } from "../../src/platform/program.ts";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { stubWords } from "../support/stub_hook.ts";
import { hookEvent, MAIN_URL, pour, startDaemon } from "./daemon.ts";
import { alternate, median, processMs, type Way } from "./measure.ts";
import { ratio, type Row } from "./result.ts";

const ROUNDS = 25;
const WARM_UP = 3;
const SESSIONS = 30;
const COUNTERPART = "a Deno program that only connects, writes and reads";
const HELLO = '{"id":1,"method":"hello","params":{"protocol":1}}';

export async function hook(): Promise<readonly Row[]> {
  return await withDaemon(async (home, theirs) => {
    let turn = 0;
    const stdin = () => new TextEncoder().encode(JSON.stringify(hookEvent(0, ++turn)));
    const { env } = home.command([]);
    const { code, stderr } = await home.cli(["hooks", "install", "claude"]);
    if (code !== 0) throw new Error(`the hooks were not installed: ${stderr}`);
    const program = [...sandboxedHook(home), "hook", "claude"];
    const costs = await alternate({
      program: () => processMs(program, { env, stdin: stdin() }),
      theirs,
      asks: () => processMs(stubWords(home, "ask"), { env, stdin: stdin() }),
      reports: () => processMs(stubWords(home, "report"), { env, stdin: stdin() }),
    }, { rounds: ROUNDS, warmUp: WARM_UP });
    return [
      row("B4", "the installed hook at an event that only reports", costs.reports, costs.theirs, 0.7),
      row("B4", "the installed hook at an event that may wait for a decision", costs.asks, costs.theirs, 1.3),
      row("B4", "`hook claude` in its sandbox, without the stub", costs.program, costs.theirs, 1.3),
    ];
  });
}

export async function list(): Promise<readonly Row[]> {
  return await withDaemon(async (home, theirs) => {
    const { argv, env } = home.command(["ls", "--json"]);
    const costs = await alternate({ ours: () => processMs(argv, { env }), theirs }, {
      rounds: ROUNDS,
      warmUp: WARM_UP,
    });
    return [row("B5", `\`ls --json\` with ${SESSIONS} sessions`, costs.ours, costs.theirs, 2)];
  });
}

async function withDaemon(measure: (home: TestHome, theirs: Way) => Promise<readonly Row[]>): Promise<readonly Row[]> {
  await using home = await TestHome.create();
  await using daemon = await startDaemon(home);
  await pour(daemon.socketPath, { sessions: SESSIONS, count: SESSIONS * 10 });
  const { env } = home.command([]);
  const argv = [Deno.execPath(), "run", "-A", `${REPOSITORY}/tests/bench/peers/client.ts`, daemon.socketPath, HELLO];
  return await measure(home, () => processMs(argv, { env }));
}

/** The program as the stub runs it. */
function sandboxedHook(home: TestHome): string[] {
  const context = clientContext({ program: thisProgram(MAIN_URL), home: home.dir, start: true });
  return hookProgram(context);
}

function row(id: string, what: string, ours: readonly number[], theirs: readonly number[], most: number): Row {
  return {
    id,
    what: `whole process of ${what}`,
    counterpart: COUNTERPART,
    goal: `≤ ${most}×`,
    measured: ratio(median(ours), median(theirs), "ms"),
    ok: median(ours) <= most * median(theirs),
  };
}
