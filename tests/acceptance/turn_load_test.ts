/** Many turns of several agents at once, of which some are cancelled, some hang, and some take their agent along. */
import { assert, assertEquals } from "@std/assert";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { denoDir } from "../support/harness_guard.ts";
import { isAlive } from "../support/harness_process.ts";
import { eventually, rounds } from "../support/harness_wait.ts";

const AGENT = [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", `${REPOSITORY}/tests/support/acp_agent.ts`];
const NAMES = ["one", "two", "three", "four", "five"];
const TURNS = rounds(30, 50);

interface Ended {
  readonly type: string;
  readonly data: { readonly turnId: string };
}

/** What the n-th turn does. */
const PROMPTS: readonly ((n: number) => string)[] = [
  (n) => `say ${n}`,
  () => "slow 10",
  () => "run true",
  () => "flood 3000; unknown; garbage",
  () => "slow 10000", // is cancelled
  () => "say before; error",
  () => "run true; slow 10000", // is cancelled while it is asked, answered at the same time
  (n) => n === 7 ? "say before; die" : "think of it; say that",
  (n) => n === 18 ? "huge 33" : "plan a,b; say planned",
  (n) => n === 29 ? "hang" : "edit /tmp/x y; say edited",
];

Deno.test("R6 thirty turns and more over five agents with cancels, crashes, a hang, a message of 33 MiB and races of answers: each ends exactly once", async () => {
  await using home = await TestHome.create();
  await Deno.mkdir(home.dir, { mode: 0o700, recursive: true });
  const env = [`DENO_DIR=${denoDir()}`, "DENO_NO_UPDATE_CHECK=1"];
  const agents = Object.fromEntries(NAMES.map((name) => [name, { command: AGENT, env }]));
  const config = { daemon: { max_turns: 16 }, agents };
  await Deno.writeTextFile(`${home.dir}/config.jsonc`, JSON.stringify(config), { mode: 0o600 });
  await home.start();
  await using client = await home.connect({ token: true });
  await using other = await home.connect({ token: true });
  const kinds = new Map<string, number>();
  const ids: string[] = [];
  const answering = new AbortController();
  // Two answer whatever is asked, both at the same time and not the same.
  const answers = (async () => {
    while (!answering.signal.aborted) {
      const { approvals } = await client.request("approval.list", {}) as { approvals: { id: string }[] };
      await Promise.all(approvals.flatMap(({ id }) => [
        client.call("approval.decide", { id, decision: "approve" }),
        other.call("approval.decide", { id, decision: "deny" }),
      ]));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  for (let n = 0; n < TURNS; n++) {
    const text = PROMPTS[n % PROMPTS.length]?.(n) ?? "";
    const params = { agent: NAMES[n % NAMES.length], text };
    ids.push((await client.request("turn.submit", params))["turnId"] as string);
    if (/slow 10000|hang/.test(text)) kinds.set(ids.at(-1) ?? "", 0);
  }
  const recent = async () => {
    const { turns } = await other.request("turn.recent", { limit: 100 }) as {
      turns: { id: string; status: string; startedAt?: string; endedAt?: string; error?: string; reply: string }[];
    };
    return turns;
  };
  await eventually(
    async () => {
      for (const { id, status } of await recent()) {
        if (status === "running" && kinds.has(id)) await other.call("turn.cancel", { turnId: id });
      }
      return (await recent()).every(({ endedAt }) => endedAt !== undefined);
    },
    60_000,
    "the end of all turns",
    100,
  );
  answering.abort();
  await answers;
  const turns = await recent();
  assertEquals(turns.map(({ id }) => id).sort(), [...ids].sort());
  const ended: string[] = [];
  for await (const { name } of Deno.readDir(`${home.dir}/journal`)) {
    if (!name.endsWith(".jsonl")) continue;
    const text = await Deno.readTextFile(`${home.dir}/journal/${name}`);
    const records = text.trimEnd().split("\n").map((line) => JSON.parse(line) as Ended);
    ended.push(...records.flatMap(({ type, data }) => type === "turn.ended" ? data.turnId : []));
  }
  assertEquals(ended.sort(), [...ids].sort(), "each has one end in the journal");
  const by = (status: string) => turns.filter((turn) => turn.status === status).length;
  assertEquals(by("finished") + by("cancelled") + by("failed"), TURNS);
  assertEquals(
    by("cancelled"),
    [...kinds.keys()].length,
    JSON.stringify(turns.map(({ status, error }) => [status, error])),
  );
  assert(turns.some(({ error }) => error?.includes("it has ended: exit code 3\nI am going down")));
  const { approvals } = await other.request("approval.list", {}) as { approvals: unknown[] };
  assertEquals(approvals, [], "nobody is asked for a turn that is over");
  const { turn } = await other.request("status") as { turn: { running: number; queued: number } };
  assertEquals([turn.running, turn.queued], [0, 0]);
  const { sessions } = await other.request("session.list", {}) as { sessions: { pid?: number }[] };
  const pids = new Set(sessions.flatMap(({ pid }) => pid ?? []));
  assert(pids.size >= NAMES.length);
  assertEquals((await home.cli(["daemon", "stop"])).code, 0);
  await eventually(() => ![...pids].some(isAlive), 20_000, "the end of the agents");
});
