/** Turns of an agent that the daemon runs, answers to what it asks, a job for each second, and commands of capsules. */
import { installExample } from "../support/example_capsules.ts";
import { eventually, pause } from "../support/harness_wait.ts";
import type { RawClient } from "../support/wire.ts";
import type { World } from "./world.ts";

/** Prompts of the tests' agent (tests/support/acp_agent.ts). */
const PROMPTS = ["say it", "slow 20", "run true", "flood 200", "say before; error", "plan a,b; say planned", "die"];
const CAPSULES = ["guard", "standup"] as const;

/** Before the load: the capsules are granted and the job is there. */
export async function prepare(world: World): Promise<void> {
  for (const capsule of CAPSULES) await installExample(world.home, capsule);
  await command(world, "cron", "add", "tick", "* * * * * *");
}

async function command({ home }: World, ...args: readonly string[]): Promise<void> {
  const { code, stderr } = await home.cli(args);
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${stderr}`);
}

/** The job rests while all are quiet, and when the time is over; no daemon is killed any more then. */
async function jobRests(world: World): Promise<void> {
  for (;;) {
    while (!world.isOver && world.quiet === undefined) await pause(200);
    await command(world, "cron", "disable", "tick");
    if (!await world.mayGoOn()) return;
    await command(world, "cron", "enable", "tick");
  }
}

export function work(world: World): Promise<void>[] {
  return [turns(world), answers(world), commands(world), jobRests(world)];
}

async function turns(world: World): Promise<void> {
  const chance = world.chance("turns");
  const connection: { client?: RawClient } = {};
  for (let at = 0; await world.mayGoOn(); at++) {
    const text = PROMPTS[Math.floor(chance() * PROMPTS.length)] ?? "";
    const params = { agent: "mine", text, idempotencyKey: `turn-${at}` };
    world.ledger.sent++;
    const { turnId } = await world.insist(connection, true, (client) => client.request("turn.submit", params));
    world.ledger.turns.add(String(turnId));
    await world.rest(2000, chance);
  }
  await connection.client?.close();
}

/** Says yes or no to all that is asked, for as long as turns may ask. */
async function answers(world: World): Promise<void> {
  const chance = world.chance("answers");
  const connection: { client?: RawClient } = {};
  while (await world.mayGoOn() || await openTurns(world, connection) > 0) {
    const { approvals } = await world.insist(connection, true, (client) => client.request("approval.list")) as {
      approvals: { id: string }[];
    };
    for (const { id } of approvals) {
      const decision = chance() < 0.7 ? "approve" : "deny";
      // It may have ended by itself: only a daemon that is gone is of interest, and then the next round answers.
      await connection.client?.call("approval.decide", { id, decision }).catch(() => {});
    }
    await pause(200);
  }
  await connection.client?.close();
}

async function openTurns(world: World, connection: { client?: RawClient }): Promise<number> {
  const { turn } = await world.insist(connection, true, (client) => client.request("status")) as {
    turn?: { running: number; queued: number };
  };
  return (turn?.running ?? 0) + (turn?.queued ?? 0);
}

async function commands(world: World): Promise<void> {
  const chance = world.chance("commands");
  let answered = 0;
  while (await world.mayGoOn()) {
    const client = await world.reach();
    try {
      await client.request("command.execute", { command: "/standup" });
      answered++;
    } catch {
      // The daemon is killed meanwhile, or has started a moment ago and its capsule has not.
    } finally {
      await client.close();
    }
    await world.rest(3000, chance);
  }
  if (answered === 0) world.ledger.faults.push("no command of a capsule was ever answered");
}

/** Behind the load: no new run, no turn, no run and no spooled event is left; or it says what is. */
export async function settle(world: World): Promise<void> {
  const { home } = world;
  const isQuiet = async () => {
    const files = await Array.fromAsync(Deno.readDir(home.path("spool")));
    const spooled = files.filter(({ name }) => name.endsWith(".json"));
    const { turn, jobs } = await home.json(["status", "--json"]) as {
      turn?: { running: number; queued: number };
      jobs?: { running: number; waiting: number };
    };
    return spooled.length + (turn?.running ?? 0) + (turn?.queued ?? 0) + (jobs?.running ?? 0) === 0;
  };
  await eventually(isQuiet, 60_000, "the end of all turns and runs, and an empty spool", 200);
}
