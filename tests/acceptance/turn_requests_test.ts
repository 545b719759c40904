/** What an agent that the daemon runs asks: it has no terminal, so that its question ends with it, and nobody is sent there. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { eventually } from "../support/harness_wait.ts";
import { submit, untilTurn, withAgent } from "../support/turn_home.ts";

/** A turn that asks: the id of its request, and its session. */
async function asking() {
  const home = await withAgent();
  await using client = await home.connect({ token: true });
  const turn = await submit(client, { agent: "mine", text: "run true; say answered" });
  const id = await eventually(
    async () => {
      const { approvals: [one] } = await client.request("approval.list") as { approvals: { id: string }[] };
      return one?.id;
    },
    20_000,
    "its request",
  );
  const { sessionId } = await untilTurn(client, turn, ({ status }) => status === "running", "its begin");
  return { home, id, sessionId };
}

Deno.test("H4 R4 a request of an agent that the daemon runs: show and daemon restart name no terminal, its end is the turn's", async () => {
  const { home: opened, id } = await asking();
  await using home = opened;
  const { stdout } = await home.cli(["show", id]);
  assertStringIncludes(stdout, "the daemon runs its agent: once the time is over, or its turn, the call is cancelled");
  assert(!stdout.includes("own terminal"), stdout);
  const { code, stderr } = await home.cli(["daemon", "restart"]);
  assertEquals(code, 0, stderr);
  assertStringIncludes(
    stderr,
    "a request and a turn are open: what agents of turns ask ends with their processes; turns go on behind the restart",
  );
  assert(!stderr.includes("own terminal"), stderr);
});

Deno.test("H4 R4 C1 behind kill -9 a request of an agent that the daemon ran is closed, and nobody is sent to a terminal", async () => {
  const { home: opened, id, sessionId } = await asking();
  await using home = opened;
  await home.kill();
  await home.start();
  const { stdout, stderr } = await home.cli(["approvals"]);
  assertEquals([stdout, stderr], ["", "Nothing waits for an answer.\n"]);
  await using client = await home.connect({ token: true });
  const { approvals } = await client.request("approval.list", { status: "all" }) as {
    approvals: { id: string; cancelled?: unknown }[];
  };
  const closed = approvals.find((one) => one.id === id);
  assertEquals((closed?.cancelled as { reason: string }).reason, "its agent ended with the daemon");
  // What the new daemon runs itself is proven by that, and the process of before was here, in no container. That the turn
  // runs was also true of the last daemon: that it goes on is told beside it.
  const wentOn = async () => {
    const { turn } = await client.request("status") as { turn?: { interrupted?: { resumed: number } } };
    return turn?.interrupted?.resumed === 1;
  };
  await eventually(wentOn, 20_000, "it goes on");
  const { session } = await client.request("session.get", { sessionId }) as { session: Record<string, unknown> };
  assertEquals([session["unproven"], session["pidSeen"]], [undefined, true]);
  assert(!(await home.cli(["status"])).stdout.includes("in a container"));
});
