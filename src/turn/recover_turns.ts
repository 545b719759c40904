/** Takes up what a daemon that was killed has left: ends its agents, then goes on with its turns or fails them. Once. */
import { isTurnOver } from "../domain/turn_change.ts";
import { commitReport } from "../core/apply_report.ts";
import type { NewEvent } from "../domain/event.ts";
import type { Session } from "../domain/session.ts";
import { DAEMON } from "../protocol/actor.ts";
import { endLeftAgents } from "./left_agents.ts";
import type { Turn } from "./methods.ts";
import type { OpenTurns } from "./open_turns.ts";
import { type LeftAgent, type RecentTurns } from "./recent_turns.ts";
import { recoveryOf, type TurnRecovery } from "./recovery.ts";
import type { AgentSettings } from "./section.ts";
import type { TurnContext } from "./turn_context.ts";
import { whyOf } from "./why.ts";

export interface RecoverDeps {
  readonly context: TurnContext;
  readonly turns: RecentTurns;
  readonly open: OpenTurns;
  /** Of that agent; undefined where it is not configured. */
  readonly settingsOf: (agent: string) => AgentSettings | undefined;
  readonly goOn: (turn: Turn, recovery: TurnRecovery & { readonly kind: "resumed" }) => void;
}

export class RecoverTurns {
  readonly #deps: RecoverDeps;
  /** Until it is dealt with. */
  #left: { readonly turns: readonly Turn[]; readonly agents: readonly LeftAgent[] };
  #ending: Promise<boolean> | undefined;
  /** The turns that it took up and that neither went on nor ended yet. */
  readonly #waiting = new Set<string>();
  #counts = { resumed: 0, failed: 0 };

  constructor(deps: RecoverDeps) {
    this.#deps = deps;
    const { turns } = deps;
    this.#left = { turns: turns.all().filter(({ status }) => !isTurnOver(status)), agents: turns.leftAgents() };
  }

  /** Its turns that went on, and those that ended before they did; undefined where that is known of none yet. */
  get counts(): { readonly resumed: number; readonly failed: number } | undefined {
    const { resumed, failed } = this.#counts;
    return resumed + failed === 0 ? undefined : { resumed, failed };
  }

  /** Hears of every turn what became of it. */
  heard({ type, data }: NewEvent): void {
    if ((type !== "turn.started" && type !== "turn.ended") || !this.#waiting.delete(data.turnId)) return;
    this.#counts[type === "turn.started" ? "resumed" : "failed"]++;
  }

  /** Once, and again where the journal took no records. Never throws. @param stop ends the wait */
  async recover(stop: AbortSignal): Promise<void> {
    const { context, turns } = this.#deps;
    const left = this.#left;
    if ((left.turns.length === 0 && left.agents.length === 0) || context.isReadOnly()) return;
    const areGone = await (this.#ending ??= endLeftAgents(context, turns, left.agents, stop));
    if (this.#left !== left || stop.aborted) return; // another call did it
    this.#left = { turns: [], agents: [] };
    for (const row of this.#rows(left)) this.#endRow(row);
    for (const { id } of left.turns) this.#waiting.add(id);
    for (const turn of left.turns) this.#recoverTurn(turn, areGone);
    context.log.info("turns of the last daemon were taken up", {
      turns: left.turns.length,
      agents: left.agents.length,
    });
  }

  async settled(): Promise<void> {
    await this.#ending;
  }

  /**
   * The open rows of sessions whose agent was that daemon's. A row that tells another process is open elsewhere by now. Where
   * no process of an agent was noted at all, those of the turns that were open.
   */
  #rows(left: { readonly turns: readonly Turn[]; readonly agents: readonly LeftAgent[] }): readonly Session[] {
    const { context: { store }, turns } = this.#deps;
    const own = ({ sessionId, isElsewhere }: Turn) => isElsewhere || sessionId === null ? [] : [sessionId];
    const within = new Set(left.turns.flatMap(own));
    return [...new Set(turns.all().flatMap(own))].flatMap((id) => {
      const row = store.get(id);
      if (row === undefined || row.status === "closed") return [];
      const isOurs = left.agents.length === 0
        ? within.has(id)
        : left.agents.some(({ agent, pid }) => row.agent === agent && row.pid === pid);
      return isOurs ? [row] : [];
    });
  }

  /** @param areGone its agent has ended for sure: it must not work beside the one that goes on */
  #recoverTurn(turn: Turn, areGone: boolean): void {
    const { context, open, settingsOf, goOn } = this.#deps;
    const { id, agent, sessionId } = turn;
    const recovery = recoveryOf(turn, settingsOf(agent), areGone);
    try {
      if (recovery.kind === "failed") {
        open.end(id, sessionId, { status: "failed", error: recovery.error });
        return;
      }
      context.store.commit({ type: "turn.resumed", data: { turnId: id, sessionId } }, DAEMON);
      goOn(turn, recovery);
    } catch (error) { // a full disk: the next start sees it as it is now
      context.log.error("a turn of the last daemon could not be taken up", { turn: id, error: whyOf(error) });
    }
  }

  /** Its agent ended with the last daemon, which held the other end of its pipes. */
  #endRow({ id, agent }: Session): void {
    const { context } = this.#deps;
    const event = { kind: "ended", reason: "the daemon ended" } as const;
    try {
      commitReport(context, { agent, sessionId: id, facts: {}, event }, { actor: DAEMON });
    } catch (error) {
      context.log.error("a session of the last daemon could not be ended", { id, error: whyOf(error) });
    }
  }
}
