/** The pool of agents with real processes and a clock of its own. */
import { assert, assertEquals } from "@std/assert";
import { AgentPool } from "../../src/turn/agent_pool.ts";
import type { AgentSettings } from "../../src/turn/section.ts";
import type { TurnContext } from "../../src/turn/turn_context.ts";
import { denoDir } from "../support/harness_guard.ts";
import { REPOSITORY } from "../support/harness.ts";
import { eventually } from "../support/harness_wait.ts";

const AGENT = [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", `${REPOSITORY}/tests/support/acp_agent.ts`];
const EVENTS = { update: () => {}, permission: () => Promise.reject(new Error("nobody asks")) };

function pool(settings: Partial<AgentSettings>) {
  const usual = {
    command: AGENT,
    env: [`DENO_DIR=${denoDir()}`],
    cwd: "/",
    mode: null,
    warm: false,
    resume: true,
    idle_mins: 1,
  };
  const all = { mine: { ...usual, ...settings } };
  const clock = { at: 0, now: () => 0, steady: () => clock.at };
  const said = () => {};
  const log = { debug: said, info: said, warn: said, error: said };
  const stop = new AbortController();
  const context = { settings: { booted: all, current: all }, clock, log, now: () => "" } as unknown as TurnContext;
  return { pool: new AgentPool(context, { events: () => EVENTS, started: () => {} }, stop.signal), clock, stop };
}

Deno.test("R2 an agent that nobody needs ends after its idle time, and not while a turn of it runs", async () => {
  const { pool: agents, clock, stop } = pool({});
  let release = () => {};
  const held = new Promise<void>((resolve) => release = resolve);
  let opened = "";
  const use = agents.use("mine", stop.signal, async (agent) => {
    opened = await agents.newSession(agent, "mine", "/", stop.signal);
    await held;
  });
  await eventually(() => opened !== "", 20_000, "a session");
  clock.at = 120_000;
  await agents.look();
  assertEquals(agents.running, ["mine"]);
  release();
  await use;
  clock.at += 59_000;
  await agents.look();
  assertEquals(agents.running, ["mine"]);
  clock.at += 1000;
  await agents.look();
  assertEquals(agents.running, []);
  await agents.end();
});

Deno.test("R3 an agent that ends at once is started five times in ten minutes, whoever asks", async () => {
  const { pool: agents, clock, stop } = pool({ command: ["/bin/false"] });
  const problems: string[] = [];
  for (let i = 0; i < 7; i++) {
    await agents.use("mine", stop.signal, () => Promise.resolve()).catch((error) => problems.push(error.message));
  }
  assertEquals(problems.filter((text) => text.includes("it has ended: exit code 1")).length, 5, problems.join());
  assert(problems.slice(5).every((text) => text.includes("has failed too often: it is not started for 10 min")));
  clock.at = 600_000;
  await agents.use("mine", stop.signal, () => Promise.resolve()).catch((error) => problems.push(error.message));
  assert(problems.at(-1)?.includes("it has ended"), problems.at(-1));
});
