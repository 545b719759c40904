/** B4, B5 and `tmux status`: whole processes of what runs most often, as `install` and `hooks install` put them there. */
import { stubArgv } from "../../src/agents/shared/own_program.ts";
import { hookProgram } from "../../src/client/hook_program.ts";
import { clientContext } from "../../src/client/endpoint.ts";
import { thisProgram } from "../../src/platform/program.ts";
import { hookEvent } from "./daemon.ts";
import { COUNTERPART, done, type Installed, SESSIONS, withInstalled } from "./installed.ts";
import { alternate, median, processMs } from "./measure.ts";
import { judged, ratio, type Row } from "./result.ts";

const ROUNDS = 25;
const WARM_UP = 3;
/** 30 ms on the machine of the issue, where the smallest client takes 22. */
const TMUX_MOST = 1.36;

export async function hook(): Promise<readonly Row[]> {
  return await withInstalled(async (installed) => {
    const { user, home, env, theirs } = installed;
    await done("hooks install", user.installed("hooks", "install", "claude"));
    let turn = 0;
    const stdin = () => new TextEncoder().encode(JSON.stringify(hookEvent(0, ++turn)));
    const stub = [...stubArgv(user.root, home.dir), "claude"];
    const program = [...sandboxedHook(installed), "hook", "claude"];
    const costs = await alternate({
      program: () => processMs(program, { env, stdin: stdin() }),
      theirs,
      asks: () => processMs([...stub, "ask"], { env, stdin: stdin() }),
      reports: () => processMs([...stub, "report"], { env, stdin: stdin() }),
    }, { rounds: ROUNDS, warmUp: WARM_UP });
    return [
      row("B4", "the installed hook at an event that only reports", costs.reports, costs.theirs, 0.7),
      row("B4", "the installed hook at an event that may wait for a decision", costs.asks, costs.theirs, 1.3),
      row("B4", "`hook claude` in its sandbox, without the stub", costs.program, costs.theirs, 1.3),
    ];
  });
}

export async function list(): Promise<readonly Row[]> {
  return await withInstalled(async ({ user, env, theirs }) => {
    const costs = await alternate({
      ls: () => processMs([user.binLink, "ls", "--json"], { env }),
      theirs,
      tmux: () => processMs([user.binLink, "tmux", "status"], { env }),
    }, { rounds: ROUNDS, warmUp: WARM_UP });
    return [
      row("B5", `\`ls --json\` with ${SESSIONS} sessions`, costs.ls, costs.theirs, 2),
      row("tmux", "`tmux status`", costs.tmux, costs.theirs, TMUX_MOST),
    ];
  });
}

/** The program as the stub runs it, with the runtime of the bench, which is the installed one's copy. */
export function sandboxedHook({ user, home }: Installed): string[] {
  const main = new URL(`file://${user.root}/current/agent-console.js`).href;
  return hookProgram(clientContext({ program: thisProgram(main), home: home.dir, start: true }));
}

function row(id: string, what: string, ours: readonly number[], theirs: readonly number[], most: number): Row {
  return judged(
    {
      id,
      what: `whole process of ${what}`,
      counterpart: COUNTERPART,
      goal: `≤ ${most}×`,
      measured: ratio(median(ours), median(theirs), "ms"),
    },
    what.replaceAll("`", "").replace("at an event that", "where it"),
    median(ours) / (most * median(theirs)),
  );
}
