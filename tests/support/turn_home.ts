/** A home whose daemon runs the test's agent, which keeps its sessions; and turns of it. */
import { assert } from "@std/assert";
import { REPOSITORY, TestHome } from "./harness.ts";
import { denoDir } from "./harness_guard.ts";
import { eventually } from "./harness_wait.ts";
import type { RawClient } from "./wire.ts";

const AGENT = [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", `${REPOSITORY}/tests/support/acp_agent.ts`];

export type Told = Readonly<Record<"id" | "sessionId" | "status" | "reply" | "prompt" | "error", string>>;

export async function withAgent(daemon: Readonly<Record<string, unknown>> = {}, ...words: readonly string[]) {
  const home = await TestHome.create();
  await Deno.mkdir(`${home.dir}/kept`, { mode: 0o700, recursive: true });
  const env = [`DENO_DIR=${denoDir()}`, "DENO_NO_UPDATE_CHECK=1"];
  const agents = { mine: { command: [...AGENT, "--load", `${home.dir}/kept`, ...words], env } };
  await Deno.writeTextFile(`${home.dir}/config.jsonc`, JSON.stringify({ daemon, agents }), { mode: 0o600 });
  await home.start();
  return home;
}

type TestClient = Awaited<ReturnType<TestHome["connect"]>>;

export const submit = async (client: TestClient, params: Readonly<Record<string, unknown>>) =>
  (await client.request("turn.submit", params))["turnId"] as string;

export const turnOf = async (client: TestClient, turnId: string) => {
  const { turns: [turn] } = await client.request("turn.recent", { turnId }) as { turns: Told[] };
  assert(turn !== undefined);
  return turn;
};

export const untilTurn = (client: TestClient, id: string, is: (turn: Told) => boolean, what: string) =>
  eventually(
    async () => {
      const turn = await turnOf(client, id);
      return is(turn) ? turn : undefined;
    },
    20_000,
    what,
  );

/** Until the process of the agent `mine` runs. */
export async function untilWarm(client: Pick<RawClient, "request">): Promise<void> {
  const isWarm = async () => {
    const { turn } = await client.request("status") as { turn?: { agents: string[] } };
    return turn?.agents.includes("mine");
  };
  await eventually(isWarm, 20_000, "an agent that is warm");
}
