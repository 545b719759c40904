/**
 * The last turns, made from the journal's events: a window that is opened again shows the conversation. And the processes
 * of agents whose end no record tells. Bounded.
 */
import type { Projection } from "../core/projection.ts";
import type { NewEvent } from "../domain/event.ts";
import { maskedReply } from "../domain/masked_reply.ts";
import { isTurnOver, turnChange } from "../domain/turn_change.ts";
import type { LeftProcess } from "../platform/left_processes.ts";
import type { Turn, TurnPlanStep, TurnTool } from "./methods.ts";

declare module "../domain/event.ts" {
  interface EventData {
    "turn.submitted": { readonly id: string; readonly turn: Turn; readonly sessionId: string | null };
    "turn.started": { readonly turnId: string; readonly sessionId: string };
    "turn.chunk": {
      readonly turnId: string;
      readonly sessionId: string;
      readonly kind: "text" | "thought";
      readonly text: string;
    };
    "turn.plan": { readonly turnId: string; readonly sessionId: string; readonly steps: readonly TurnPlanStep[] };
    "turn.cancel_requested": { readonly turnIds: readonly string[] };
    "turn.resumed": { readonly turnId: string; readonly sessionId: string | null };
    "turn.agent_started": LeftAgent;
    "turn.agent_ended": { readonly pid: number };
    "turn.tool": { readonly turnId: string; readonly sessionId: string; readonly tool: TurnTool };
    "turn.ended": {
      readonly turnId: string;
      readonly sessionId: string | null;
      readonly status: "finished" | "cancelled" | "failed";
      readonly stopReason?: string;
      readonly error?: string;
    };
  }
}

/** The process of an agent that a daemon has started. */
export interface LeftAgent extends LeftProcess {
  readonly agent: string;
}

/** What is kept. */
export const KEPT = { turns: 200, agents: 100 } as const;

interface Saved {
  readonly turns: readonly Turn[];
  readonly agents: readonly LeftAgent[];
}

export class RecentTurns implements Projection {
  readonly name = "turn";
  readonly layout = 2;
  #turns = new Map<string, Turn>();
  #agents = new Map<number, LeftAgent>();

  apply(event: NewEvent, at: string): void {
    switch (event.type) {
      case "turn.submitted":
        return this.#add(event.data.turn);
      case "turn.agent_started":
        return this.#started(event.data);
      case "turn.agent_ended":
        return void this.#agents.delete(event.data.pid);
      default:
        return this.#change(event, at);
    }
  }

  save(): Saved {
    return { turns: this.all(), agents: this.leftAgents() };
  }

  restore(saved: unknown): void {
    const { turns, agents } = saved as Saved;
    this.#turns = new Map(turns.map((turn) => [turn.id, turn]));
    this.#agents = new Map(agents.map((agent) => [agent.pid, agent]));
  }

  get(id: string): Turn | undefined {
    return this.#turns.get(id);
  }

  /** Oldest first. */
  all(): readonly Turn[] {
    return [...this.#turns.values()];
  }

  /** Those that were started, and whose end was not recorded. */
  leftAgents(): readonly LeftAgent[] {
    return [...this.#agents.values()];
  }

  #started(agent: LeftAgent): void {
    this.#agents.delete(agent.pid);
    this.#agents.set(agent.pid, agent);
    const [oldest] = this.#agents.keys();
    if (this.#agents.size > KEPT.agents && oldest !== undefined) this.#agents.delete(oldest);
  }

  #add(turn: Turn): void {
    this.#turns.set(turn.id, turn);
    for (const { id, status } of this.#turns.values()) {
      if (this.#turns.size <= KEPT.turns) return;
      if (isTurnOver(status)) this.#turns.delete(id);
    }
  }

  #change({ type, data }: NewEvent, at: string): void {
    if (!type.startsWith("turn.") || !("turnId" in data)) return;
    const turn = this.#turns.get(data.turnId);
    const change = turn && turnChange<TurnTool, TurnPlanStep>(turn, { type, data: { ...data } }, at, maskedReply);
    if (turn !== undefined && change !== undefined) this.#turns.set(turn.id, { ...turn, ...change });
  }
}
