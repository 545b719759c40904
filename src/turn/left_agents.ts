/**
 * Agents of a daemon that was killed. They end by themselves where they notice that nobody holds the other end of their
 * pipes; what does not is ended by the next daemon, because a turn that goes on must not meet its own earlier process.
 */
import { endLeft, identify } from "../platform/left_processes.ts";
import { DAEMON } from "../protocol/actor.ts";
import type { LeftAgent, RecentTurns } from "./recent_turns.ts";
import type { TurnContext } from "./turn_context.ts";

/** Records the process of an agent, so that the next daemon knows it. Never throws. */
export async function noteAgent(context: TurnContext, agent: string, pid: number): Promise<void> {
  const [one] = await identify(context.pid, [pid]) ?? [];
  if (one === undefined) return;
  const data = { agent, ...one };
  record(context, () => context.store.commit({ type: "turn.agent_started", data }, DAEMON));
}

/** Its end was seen. Never throws. */
export function noteAgentEnd(context: TurnContext, turns: RecentTurns, pid: number): void {
  if (!turns.leftAgents().some((one) => one.pid === pid)) return;
  record(context, () => context.store.commit({ type: "turn.agent_ended", data: { pid } }, DAEMON));
}

/**
 * Ends what `left` names and still lives, each with its group. Never throws.
 *
 * @param stop ends the wait
 * @returns whether all of it is gone for sure; else the next start looks again
 */
export async function endLeftAgents(
  context: TurnContext,
  turns: RecentTurns,
  left: readonly LeftAgent[],
  stop: AbortSignal,
): Promise<boolean> {
  const ended = await endLeft(context.pid, left, context.store.replayedUntil, stop);
  if (ended === undefined) {
    context.log.warn("agents of an earlier daemon may still run", { pids: left.map(({ pid }) => pid) });
    return false;
  }
  if (ended.length > 0) context.log.warn("agents of an earlier daemon were ended", { pids: ended });
  for (const { pid } of left) noteAgentEnd(context, turns, pid);
  return true;
}

/** A full disk takes no record: then nobody ends it for us, and it notices its closed pipes. */
function record({ log }: TurnContext, commit: () => void): void {
  try {
    commit();
  } catch (error) {
    log.warn("the process of an agent could not be recorded", { why: String(error) });
  }
}
