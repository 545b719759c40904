/** The picture of an agent that the daemon runs: what it says and does, and how it asks and is answered. */
import { DemoHome } from "./demo_home.ts";
import { denoDir } from "./harness_guard.ts";
import { answered } from "./record_draw.ts";
import { Screen, shot } from "./record_terminal.ts";

const AGENT = new URL("demo_agent.ts", import.meta.url).pathname;
const PROMPT = 'claude "Why does the login test fail?"';
/** The id of its request in the picture. */
const ID = "k4vex";

export async function runPicture(): Promise<string> {
  await using home = new DemoHome({ FORCE_COLOR: "1", NO_COLOR: "", TZ: "UTC" });
  const command = [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", AGENT];
  const env = [`DENO_DIR=${denoDir()}`, "DENO_NO_UPDATE_CHECK=1"];
  await Deno.writeTextFile(`${home.dir}/config.jsonc`, JSON.stringify({ agents: { claude: { command, env } } }), {
    mode: 0o600,
  });
  await home.start();
  await using run = new Screen(home, `run ${PROMPT}`);
  await run.shows(/agent-console approve (\w+)/);
  const before = run.lines.length;
  const id = /approve (\w+)/.exec(run.lines.join("\n"))?.[1] ?? "";
  const approve = await shot(home, `approve ${id}`);
  await run.end();
  const plain = (lines: readonly string[]) => lines.map((line) => line.replaceAll(id, ID));
  return answered(
    `agent-console run ${PROMPT}`,
    plain(run.lines.slice(0, before)),
    plain([`agent-console approve ${id}`, ...approve]),
    plain(run.lines.slice(before)),
  );
}
