/** What a daemon that was killed leaves of its agents, and what those had started. */
import { assert, assertEquals } from "@std/assert";
import { isAlive } from "../support/harness_process.ts";
import { eventually } from "../support/harness_wait.ts";
import { submit, untilTurn, withAgent } from "../support/turn_home.ts";

Deno.test("R4 C1 what a killed daemon leaves of its agents is ended by the next one; and a turn is gone on with once", async () => {
  await using home = await withAgent({}, "--deaf");
  const left = await (async () => {
    await using client = await home.connect({ token: true });
    const id = await submit(client, { agent: "mine", text: "hang" });
    const { sessionId } = await untilTurn(client, id, ({ status }) => status === "running", "a turn that runs");
    const { session } = await client.request("session.get", { sessionId }) as { session: { pid: number } };
    await eventually(
      async () => (await home.cli(["audit", "tail", "-n", "50"])).stdout.includes("turn.agent_started"),
      20_000,
      "its record",
    );
    return { id, sessionId, pid: session.pid };
  })();
  await home.kill();
  await home.start();
  await eventually(() => !isAlive(left.pid), 15_000, "the end of the agent that is deaf");
  await using client = await home.connect({ token: true });
  await untilTurn(client, left.id, ({ status }) => status === "finished", "the end of the turn that went on");
});

Deno.test("R4 C1 what an agent has started is ended by the next daemon too where the agent itself has ended with its pipes", async () => {
  await using home = await withAgent();
  const file = `${home.root}/child`;
  const pids = await (async () => {
    await using client = await home.connect({ token: true });
    const text = `run sleep 60 2> /dev/null & echo $! > ${file}; hang`;
    const id = await submit(client, { agent: "mine", text });
    const { sessionId } = await untilTurn(client, id, ({ status }) => status === "running", "a turn that runs");
    const asked = async () => {
      const { approvals: [one] } = await client.request("approval.list", {}) as { approvals: { id: string }[] };
      return one?.id;
    };
    const approved = await home.cli(["approve", await eventually(asked, 15_000, "its request")]);
    assertEquals(approved.code, 0, approved.stderr);
    const child = await eventually(
      async () => Number(await Deno.readTextFile(file).catch(() => "")),
      20_000,
      "a child",
    );
    const { session } = await client.request("session.get", { sessionId }) as { session: { pid: number } };
    const told = async () => (await home.cli(["audit", "tail", "-n", "50"])).stdout;
    await eventually(async () => /agent_started/.test(await told()), 20_000, "its record");
    return { child, agent: session.pid };
  })();
  await home.kill();
  await eventually(() => !isAlive(pids.agent), 15_000, "the end of the agent");
  assert(isAlive(pids.child), "nobody is left who could end it");
  await home.start();
  await eventually(() => !isAlive(pids.child), 15_000, "the end of what it had started");
});
