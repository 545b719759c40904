/**
 * Agents of a daemon that was killed. They end by themselves where they notice that nobody holds the other end of their
 * pipes; what does not is ended here, because a turn that goes on must not meet its own earlier process.
 */
import { daemonTimers } from "../platform/clock.ts";
import { KILL_PROGRAMS, signalGroup } from "../platform/process_group.ts";
import { permittedPs, probe } from "../platform/process_table.ts";
import { permitted } from "../platform/program_places.ts";
import { DAEMON } from "../protocol/actor.ts";
import type { LeftAgent, RecentTurns } from "./recent_turns.ts";
import type { TurnContext } from "./turn_context.ts";

/** Between TERM and KILL, and behind that, ms. */
const GRACE_MS = 3000;
const LOOK_MS = 100;

/** Records the process of an agent, so that the next daemon knows it. Never throws. */
export async function noteAgent(context: TurnContext, agent: string, pid: number): Promise<void> {
  const [one] = await living(context, [{ agent, pid }]) ?? [];
  if (one !== undefined) record(context, () => context.store.commit({ type: "turn.agent_started", data: one }, DAEMON));
}

/** Its end was seen. Never throws. */
export function noteAgentEnd(context: TurnContext, turns: RecentTurns, pid: number): void {
  if (!turns.leftAgents().some((one) => one.pid === pid)) return;
  record(context, () => context.store.commit({ type: "turn.agent_ended", data: { pid } }, DAEMON));
}

/** Ends what `left` names and still lives, each with its group. Never throws. */
export async function endLeftAgents(
  context: TurnContext,
  turns: RecentTurns,
  left: readonly LeftAgent[],
): Promise<void> {
  if (left.length === 0) return;
  const alive = await living(context, left);
  if (alive === undefined) return; // the process table cannot be read: the next start looks again
  const same = ({ pid, startedAt }: LeftAgent) => alive.some((one) => one.pid === pid && one.startedAt === startedAt);
  const stays = left.filter(same);
  for (const { agent, pid } of stays) context.log.warn("an agent of an earlier daemon is ended", { agent, pid });
  for (const signal of ["TERM", "KILL"] as const) await signalUntilGone(context, stays, signal);
  for (const { pid } of left) noteAgentEnd(context, turns, pid);
}

async function signalUntilGone(
  context: TurnContext,
  agents: readonly LeftAgent[],
  signal: "TERM" | "KILL",
): Promise<void> {
  const killer = permitted(KILL_PROGRAMS);
  if (killer === undefined || agents.length === 0) return;
  const alive = await living(context, agents) ?? [];
  const rest = agents.filter(({ pid, startedAt }) =>
    alive.some((one) => one.pid === pid && one.startedAt === startedAt)
  );
  await Promise.all(rest.map(({ pid }) => signalGroup(killer, pid, signal)));
  for (let waited = 0; waited < GRACE_MS && rest.length > 0; waited += LOOK_MS) {
    if ((await living(context, rest))?.length === 0) return;
    await daemonTimers.sleep(LOOK_MS);
  }
}

/** Those of `named` that the process table shows, as they are there now; undefined where it cannot be read. */
async function living(
  { pid: own, log }: TurnContext,
  named: readonly Pick<LeftAgent, "agent" | "pid">[],
): Promise<readonly LeftAgent[] | undefined> {
  const ps = permittedPs();
  if (ps === undefined) return undefined;
  const table = await probe(ps, own, named.map(({ pid }) => pid));
  if ("unusable" in table) {
    log.warn("the processes of agents cannot be looked for", { why: table.unusable });
    return undefined;
  }
  return named.flatMap(({ agent, pid }) => {
    const startedAt = table.processes.find((one) => one.pid === pid)?.startedAt;
    return startedAt === undefined ? [] : [{ agent, pid, startedAt }];
  });
}

/** A full disk takes no record: then nobody ends it for us, and it notices its closed pipes. */
function record({ log }: TurnContext, commit: () => void): void {
  try {
    commit();
  } catch (error) {
    log.warn("the process of an agent could not be recorded", { why: String(error) });
  }
}
