/** The status line's tee: a whole process, several times a minute while an agent works. */
import { stubArgv } from "../../src/agents/shared/own_program.ts";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { dataFolder } from "../support/stub_hook.ts";
import { startDaemon } from "./daemon.ts";
import { done } from "./installed.ts";
import { alternate, median, processMs } from "./measure.ts";
import { ratio, type Row } from "./result.ts";

const ROUNDS = 25;
const WARM_UP = 3;
const HELLO = '{"id":1,"method":"hello","params":{"protocol":1}}';
/** What the user's own status line costs here: as little as a shell line can. */
const THEIR_LINE = ["sh", "-c", "cat"];
/** The budget: of its own, under this many ms. */
const MOST_MS = 30;

export async function statusline(): Promise<readonly Row[]> {
  await using home = await TestHome.create();
  await using daemon = await startDaemon(home);
  const { env } = home.command([]);
  const bare = [Deno.execPath(), "run", "-A", `${REPOSITORY}/tests/bench/peers/client.ts`, daemon.socketPath, HELLO];
  let turn = 0;
  const stdin = () => new TextEncoder().encode(JSON.stringify(line(++turn)));
  // As installed: the words that settings name.
  await done("hooks install", home.cli(["hooks", "install", "claude", "--no-feed", "--statusline"]));
  const ours = [...stubArgv(dataFolder(home), home.dir, "statusline"), "statusline"];
  const costs = await alternate({
    alone: () => processMs(ours, { env, stdin: stdin() }),
    bare: () => processMs(bare, { env }),
    tee: () => processMs([...ours, "--", ...THEIR_LINE], { env, stdin: stdin() }),
    theirs: () => processMs(THEIR_LINE, { env, stdin: stdin() }),
  }, { rounds: ROUNDS, warmUp: WARM_UP });
  const own = median(costs.tee) - median(costs.theirs);
  return [
    {
      id: "statusline",
      what: "whole process of `statusline`, as installed, each line with a new cost",
      counterpart: "a Deno program that only connects, writes and reads",
      goal: "≤ 1.6×",
      measured: ratio(median(costs.alone), median(costs.bare), "ms"),
      ok: median(costs.alone) <= 1.6 * median(costs.bare),
    },
    {
      id: "statusline",
      what: "what `statusline -- sh -c cat` adds to the user's own command",
      counterpart: "`sh -c cat` alone",
      goal: `+ < ${MOST_MS} ms`,
      measured: `+ ${own.toFixed(1)} ms (${median(costs.tee).toFixed(1)} / ${median(costs.theirs).toFixed(1)} ms)`,
      ok: own < MOST_MS,
    },
  ];
}

/** As recorded from Claude Code 2.1.329, less what nobody reads. */
function line(turn: number): Record<string, unknown> {
  return {
    session_id: "bench-0",
    transcript_path: "/home/u/.claude/projects/-home-u-project/bench-0.jsonl",
    cwd: REPOSITORY,
    model: { id: "claude-opus-5-5", display_name: "Opus 5.5" },
    workspace: { current_dir: REPOSITORY, project_dir: REPOSITORY, added_dirs: [] },
    version: "2.1.329",
    cost: { total_cost_usd: turn / 100, total_duration_ms: turn * 1000, total_api_duration_ms: turn * 100 },
    context_window: { total_input_tokens: turn, total_output_tokens: 20, context_window_size: 1e6, used_percentage: 1 },
  };
}
