/**
 * The client that real_turns_test.ts gives to the lab's ACP script: it runs where the agent can reach its model double, so
 * the daemon and its agent run there too. Prints what became of each step, as one line of JSON.
 */
import { fitHead } from "../../src/view/text_fit.ts";
import { TestHome } from "./harness.ts";
import { eventually } from "./harness_wait.ts";
import { STEP_MS } from "./lab.ts";
import { isAlive } from "./harness_process.ts";

/** The lab says what makes an agent ask, and the mode in which it does, where those are not the usual ones. */
const asks = Deno.env.get("ASK") ?? "run:touch %";
const mode = Deno.env.get("MODE_ID") ?? null;
const command = JSON.parse(Deno.env.get("AGENT_CMD_JSON") ?? "[]") as string[];
const cwd = Deno.cwd();
const name = Deno.args[0] ?? "real";

/** As wide as the documentation takes them. */
const COLUMNS = 100;
/** What a person would have seen. */
const shown: string[] = [];
const show = (words: readonly string[], { stdout, stderr }: { stdout: string; stderr: string }) => {
  const line = words.map((word) => /[^\w.-]/.test(word) ? JSON.stringify(word) : word).join(" ");
  const said = `${stderr}${stdout}`.trimEnd().split("\n").map((one) => fitHead(one, COLUMNS));
  shown.push(...[`$ agent-console ${line}`, ...said].map(withoutPlaces));
};
/** The lab's own folders stand for those of a person. */
const withoutPlaces = (text: string) =>
  text.replaceAll(cwd, "~/project").replaceAll(/\/[^\s"]*\/outside\//g, "~/outside/")
    .replaceAll(/\/[^\s"]*\/home\/run-acp-\w+\//g, "~/").replaceAll(/run-acp-\w+/g, "project");

await using home = await TestHome.create();
await Deno.mkdir(home.dir, { mode: 0o700, recursive: true });
await Deno.writeTextFile(`${home.dir}/config.jsonc`, JSON.stringify({ agents: { [name]: { command, mode } } }), {
  mode: 0o600,
});
await home.start();
const run = async (prompt: string) => {
  const { code, stdout, stderr } = await home.cli(["run", name, "--cwd", cwd, prompt], { timeoutMs: 50_000 });
  return { code, stdout, stderr };
};
const said = await run("say:hello there");
const called = await run("run:echo hi");
const asked = run(asks.replace("%", "made-by-us"));
let approved: Awaited<ReturnType<typeof home.cli>> | undefined;
let id = "";
const input = await eventually(
  async () => {
    const { approvals } = await home.json(["approvals", "--json"]) as { approvals: { id: string; input: string }[] };
    const [one] = approvals;
    if (one === undefined) return undefined;
    id = one.id;
    approved = await home.cli(["approve", id]);
    return one.input;
  },
  STEP_MS,
  "its request",
);
show(["run", name, asks.replace("%", "made-by-us")], await asked);
if (approved !== undefined) show(["approve", id], approved);
show(["ls"], await home.cli(["ls"]));
// A daemon that is killed in a turn leaves no agent, and the next one opens the session again and goes on.
const lastTurn = async (at: number) => {
  const { turns } = await home.json(["context", "--json"]) as { turns: Record<string, string>[] };
  return turns.at(at) ?? {};
};
const { sessionId = "" } = await lastTurn(-1);
await home.cli(["submit", "-d", sessionId, "slow:20"]);
await eventually(async () => (await lastTurn(-1))["status"] === "running", STEP_MS, "a turn that runs");
await new Promise((resolve) => setTimeout(resolve, 1000)); // until its agent waits for the model, which says nothing yet
const agents = ((await home.json(["ls", "--json"]))["sessions"] as { pid: number }[]).map(({ pid }) => pid);
const leaves = agents.flatMap(childrenOf);
Deno.kill(home.needPid(), "SIGKILL");
const killed = performance.now();
await eventually(() => ![...agents, ...leaves].some(isAlive), STEP_MS, "the end of the agents").catch(() => {});
const left = {
  agents: agents.filter(isAlive).length,
  children: leaves.filter(isAlive).length,
  ms: Math.round(performance.now() - killed),
};
await home.start();
const again = await home.cli(["submit", sessionId, "say:still here"], { timeoutMs: 50_000 });
const resumed = await lastTurn(-2);
shown.push("(here the daemon was killed in the middle of another prompt, and started again)");
show(["submit", sessionId.slice(0, 8), "say:still here"], again);
show(["context", sessionId.slice(0, 8), "-n", "3"], await home.cli(["context", sessionId, "-n", "3"]));
// A chat and a job drive it in the same way; one agent shows that.
const chat = name === "codex"
  ? await home.cli(["chat", name], { stdin: "say:by the chat\n", timeoutMs: 50_000 })
  : null;
const job = name === "codex" ? await byJob() : null;
const pids = (await home.json(["ls", "--json"]))["sessions"] as { pid: number }[];
await home.cli(["daemon", "stop", "--force"]);
const lives = pids.filter(({ pid }) => isAlive(pid)).length;
Deno.stdout.writeSync(
  new TextEncoder().encode(
    `${
      JSON.stringify({
        said,
        called,
        asked: { ...await asked, input },
        left,
        again,
        resumed,
        shown,
        chat,
        job,
        pids: agents.length,
        lives,
      })
    }\n`,
  ),
);

function childrenOf(pid: number): readonly number[] {
  try {
    const own = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`).trim().split(" ").filter(Boolean).map(
      Number,
    );
    return [...own, ...own.flatMap(childrenOf)];
  } catch {
    return [];
  }
}

async function byJob(): Promise<unknown> {
  const words = ["cron", "add", "nightly", "@daily", "--agent", name, "--cwd", cwd, "--prompt", "say:by a job"];
  const added = await home.cli(words);
  const begun = await home.cli(["cron", "run", "nightly"]);
  return await eventually(
    async () => {
      const { jobs: [one] } = await home.json(["cron", "list", "--json"]) as {
        jobs: { lastRun?: { outcome?: string } }[];
      };
      return one?.lastRun?.outcome === undefined ? undefined : one.lastRun;
    },
    STEP_MS,
    `the end of the job (${added.stderr}${begun.stderr})`,
  );
}
