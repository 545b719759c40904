/**
 * The client that real_turns_test.ts gives to the lab's ACP script: it runs where the agent can reach its model double, so
 * the daemon and its agent run there too. Prints what became of each step, as one line of JSON.
 */
import { TestHome } from "./harness.ts";
import { eventually } from "./harness_wait.ts";
import { STEP_MS } from "./lab.ts";

/** The lab says what makes an agent ask, and the mode in which it does, where those are not the usual ones. */
const asks = Deno.env.get("ASK") ?? "run:touch %";
const mode = Deno.env.get("MODE_ID") ?? null;
const command = JSON.parse(Deno.env.get("AGENT_CMD_JSON") ?? "[]") as string[];
const cwd = Deno.cwd();

await using home = await TestHome.create();
await Deno.mkdir(home.dir, { mode: 0o700, recursive: true });
await Deno.writeTextFile(`${home.dir}/config.jsonc`, JSON.stringify({ agents: { real: { command, mode } } }), {
  mode: 0o600,
});
await home.start();
const run = async (prompt: string) => {
  const { code, stdout, stderr } = await home.cli(["run", "real", "--cwd", cwd, prompt], { timeoutMs: 50_000 });
  return { code, stdout, stderr };
};
const said = await run("say:hello there");
const called = await run("run:echo hi");
const asked = run(asks.replace("%", "made-by-us"));
const input = await eventually(
  async () => {
    const { approvals } = await home.json(["approvals", "--json"]) as { approvals: { id: string; input: string }[] };
    const [one] = approvals;
    return one === undefined ? undefined : (await home.cli(["approve", one.id]), one.input);
  },
  STEP_MS,
  "its request",
);
await asked;
const pids = (await home.json(["ls", "--json"]))["sessions"] as { pid: number }[];
await home.cli(["daemon", "stop", "--force"]);
const lives = pids.filter(({ pid }) => {
  try {
    return Deno.statSync(`/proc/${pid}`).isDirectory;
  } catch {
    return false;
  }
}).length;
Deno.stdout.writeSync(
  new TextEncoder().encode(
    `${JSON.stringify({ said, called, asked: { ...await asked, input }, pids: pids.length, lives })}\n`,
  ),
);
