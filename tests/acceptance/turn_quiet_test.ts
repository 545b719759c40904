/** An agent that hangs: how that shows, and how its place is free again. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { REPOSITORY, TestHome } from "../support/harness.ts";
import { denoDir } from "../support/harness_guard.ts";
import { eventually, patience } from "../support/harness_wait.ts";

const AGENT = [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", `${REPOSITORY}/tests/support/acp_agent.ts`];

interface TurnStatus {
  readonly running: number;
  readonly queued: number;
  readonly quiet?: readonly { readonly sessionId: string; readonly agent: string; readonly secs: number }[];
}

Deno.test("R4 A4 an agent that answers neither its prompt nor the cancel: status tells how long, cancel frees its place in 10 s", async () => {
  await using home = await TestHome.create();
  const env = [`DENO_DIR=${denoDir()}`, "DENO_NO_UPDATE_CHECK=1"];
  await Deno.mkdir(home.dir, { mode: 0o700, recursive: true });
  const config = JSON.stringify({ agents: { mine: { command: AGENT, env } }, daemon: { max_turns: 1 } });
  await Deno.writeTextFile(`${home.dir}/config.jsonc`, config, { mode: 0o600 });
  await home.start();
  const turns = async () => (await home.json(["status", "--json"]) as unknown as { turn: TurnStatus }).turn;
  const submitted = async (prompt: string) => (await home.cli(["run", "-d", "mine", prompt])).stdout.trim();
  const hung = await submitted("stubborn 60000 LATE");
  const [quiet] = await eventually(
    async () => {
      const { quiet = [] } = await turns();
      return (quiet[0]?.secs ?? 0) > 0 && quiet;
    },
    20_000,
    "a second without a word",
  ) as NonNullable<TurnStatus["quiet"]>;
  assertEquals(quiet?.agent, "mine");
  const next = await submitted("say next");
  assertEquals((await turns()).queued, 1);
  const begun = Date.now();
  assertEquals((await home.cli(["cancel", hung])).code, 0);
  await eventually(
    async () => (await home.cli(["context", next])).stdout.endsWith("say next\nnext\n"),
    60_000,
    "the one behind it",
  );
  // By the daemon's own times: how long the commands take that look is not its own.
  const { turns: [behind] } = await home.json(["context", next, "--json"]) as { turns: { startedAt: string }[] };
  const took = Date.parse(behind?.startedAt ?? "") - begun;
  assert(took < 10_000 + await patience(4000), `${took} ms`);
  assertMatch((await home.cli(["context", hung])).stdout, /mine, cancelled/);
  assertEquals((await turns()).quiet, undefined);
  // A person who is asked is no agent that hangs.
  const asks = await submitted("run true");
  await eventually(async () => (await home.cli(["approvals", "-q"])).stdout !== "", 20_000, "its request");
  assertEquals((await turns()).quiet, undefined);
  assertEquals((await home.cli(["cancel", asks])).code, 0);
});

Deno.test("A4 context of a session in which the daemon has run nothing says so", async () => {
  await using home = await TestHome.create();
  await home.start();
  await using client = await home.connect({ token: true });
  assertEquals((await home.cli(["context"])).stderr, "The daemon has run no turn yet.\n");
  await client.request("session.update", { sessionId: "s1", agent: "custom", status: "working" });
  const told = await home.cli(["context", "s1"]);
  const words = "The daemon keeps no turn of this session.\nhint: agent-console show s1\n";
  assertEquals([told.code, told.stdout, told.stderr], [0, "", words]);
});
