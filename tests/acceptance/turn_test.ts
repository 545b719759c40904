/** Agents that the daemon runs: an agent that speaks ACP, driven by the program as installed. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { denoDir } from "../support/harness_guard.ts";
import { eventually } from "../support/harness_wait.ts";
import { isAlive } from "../support/harness_process.ts";

const AGENT = [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", `${REPOSITORY}/tests/support/acp_agent.ts`];

async function withAgents(more: Readonly<Record<string, unknown>> = {}): Promise<TestHome> {
  const home = await TestHome.create();
  const env = [`DENO_DIR=${denoDir()}`, "DENO_NO_UPDATE_CHECK=1"];
  const agents = { mine: { command: AGENT, env, ...more }, mute: { command: [...AGENT, "--refuse"], env } };
  await Deno.mkdir(home.dir, { mode: 0o700, recursive: true });
  await Deno.writeTextFile(`${home.dir}/config.jsonc`, JSON.stringify({ agents }), { mode: 0o600 });
  return home;
}

Deno.test("R1 run gives an agent a prompt and shows what it says; its session, its request and its end are those of any other", async () => {
  await using home = await withAgents();
  await home.start();
  const said = await home.cli(["run", "mine", "say hello there"]);
  assertEquals([said.code, said.stdout], [0, "hello there\n"], said.stderr);

  const folder = await Deno.makeTempDir();
  try {
    const running = home.cli(["run", "mine", "--cwd", folder, `run touch made; say after`]);
    await using client = await home.connect({ token: true });
    const asked = await eventually(
      async () => {
        const { approvals } = await client.request("approval.list", {}) as {
          approvals: { id: string; input: string }[];
        };
        return approvals[0];
      },
      20_000,
      "its request",
    );
    assertEquals(asked.input, "touch made");
    assertEquals((await home.cli(["approve", asked.id])).code, 0);
    const done = await running;
    assertEquals([done.code, done.stdout], [0, "doneafter\n"], done.stderr);
    assert((await Deno.stat(`${folder}/made`)).isFile);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }

  const bad = await home.cli(["run", "mine", "say before; die"]);
  assertEquals(bad.code, 1);
  assertStringIncludes(bad.stderr, "the agent mine: it has ended: exit code 3\n  I am going down");
  const again = await home.cli(["run", "mine", "unknown; garbage; say still here"]);
  assertEquals([again.code, again.stdout], [0, "still here\n"], again.stderr);
  const refused = await home.cli(["run", "mute", "say hello"]);
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.stderr, "the agent mute:");
  const unknown = await home.cli(["run", "nobody", "say hello"]);
  assertMatch(unknown.stderr, /no agent is configured as "nobody"\nhint: one of: mine, mute/);

  const chat = await home.cli(["chat", "--agent", "mine"], { stdin: "say one\nsay two\n" });
  assertEquals([chat.code, chat.stdout], [0, "one\ntwo\n"], chat.stderr);

  const { stdout } = await home.cli(["context", "--json"]);
  const { turns } = JSON.parse(stdout) as { turns: { reply: string; status: string; sessionId: string }[] };
  assertEquals(turns.map(({ reply, status }) => `${status} ${reply}`), [
    "finished hello there",
    "finished doneafter",
    "failed before",
    "finished still here",
    "failed ",
    "finished one",
    "finished two",
  ]);
  const [one, two] = turns.slice(-2).map(({ sessionId }) => sessionId);
  assertEquals(one, two);
});

Deno.test("R2 a cancelled turn ends, the next one of its session goes on, and the daemon's end takes the agent along", async () => {
  await using home = await withAgents({ warm: true });
  await home.start();
  await using client = await home.connect({ token: true });
  await eventually(
    async () => {
      const { turn } = await client.request("status") as { turn?: { agents: string[] } };
      return turn?.agents.includes("mine");
    },
    20_000,
    "an agent that is warm",
  );
  const { turnId } = await client.request("turn.submit", { agent: "mine", text: "slow 1000" }) as { turnId: string };
  const turn = async () => {
    const { turns } = await client.request("context.recent", { turnId }) as { turns: Record<string, string>[] };
    return turns[0];
  };
  await eventually(async () => (await turn())?.["reply"]?.includes("3"), 20_000, "its first words");
  const sessionId = (await turn())?.["sessionId"] ?? "";
  assertEquals((await home.cli(["cancel", sessionId])).code, 0);
  await eventually(async () => (await turn())?.["status"] === "cancelled", 5000, "its end");
  // A turn that waits behind another is cancelled at once, and so is one whose agent says nothing more.
  const submit = async (text: string) => (await client.request("turn.submit", { sessionId, text }))["turnId"] as string;
  const statusOf = async (id: string) => {
    const { turns } = await client.request("context.recent", { turnId: id }) as { turns: { status: string }[] };
    return turns[0]?.status;
  };
  const [slow, behind] = [await submit("slow 1000"), await submit("say never")];
  await eventually(async () => await statusOf(slow) === "running", 5000, "a turn that runs");
  assertEquals((await client.call("shutdown", {})).error?.data?.["name"], "confirm_required");
  assertEquals(await client.request("turn.cancel", { turnId: behind }), { cancelled: [behind] });
  assertEquals([await statusOf(slow), await statusOf(behind)], ["running", "cancelled"]);
  assertEquals((await client.call("turn.cancel", { turnId: behind })).error?.data?.["name"], "conflict");
  assertEquals(await client.request("turn.cancel", { sessionId }), { cancelled: [slow] });
  const next = await home.cli(["submit", sessionId, "say next"]);
  assertEquals([next.code, next.stdout], [0, "next\n"], next.stderr);
  const { session } = await client.request("session.get", { sessionId }) as {
    session: { pid: number; status: string };
  };
  assertEquals(session.status, "idle");
  assert(isAlive(session.pid));
  assertEquals((await home.cli(["daemon", "stop"])).code, 0);
  await eventually(() => !isAlive(session.pid), 5000, "the end of the agent");
});
