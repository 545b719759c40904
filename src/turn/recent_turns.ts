/** The last turns, made from the journal's events: a window that is opened again shows the conversation. Bounded. */
import type { Projection } from "../core/projection.ts";
import type { NewEvent } from "../domain/event.ts";
import type { Turn, TurnTool } from "./methods.ts";

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

/** What is kept: turns, units of a reply, calls of a turn. */
export const KEPT = { turns: 200, reply: 65_536, tools: 100 } as const;

export class RecentTurns implements Projection {
  readonly name = "turn";
  readonly layout = 1;
  #turns = new Map<string, Turn>();

  apply(event: NewEvent, at: string): void {
    switch (event.type) {
      case "turn.submitted":
        return this.#add(event.data.turn);
      case "turn.started":
        return this.#change(event.data.turnId, () => ({
          status: "running",
          sessionId: event.data.sessionId,
          startedAt: at,
        }));
      case "turn.chunk":
        if (event.data.kind === "thought") return;
        return this.#change(event.data.turnId, ({ reply }) => ({
          reply: (reply + event.data.text).slice(0, KEPT.reply),
        }));
      case "turn.tool":
        return this.#change(event.data.turnId, ({ tools }) => ({ tools: withTool(tools, event.data.tool) }));
      case "turn.ended": {
        const { turnId, sessionId: _, ...rest } = event.data;
        const { status, stopReason, error } = rest;
        return this.#change(turnId, () => ({
          status,
          endedAt: at,
          ...(stopReason === undefined ? {} : { stopReason }),
          ...(error === undefined ? {} : { error }),
        }));
      }
    }
  }

  save(): readonly Turn[] {
    return [...this.#turns.values()];
  }

  restore(saved: unknown): void {
    this.#turns = new Map((saved as readonly Turn[]).map((turn) => [turn.id, turn]));
  }

  get(id: string): Turn | undefined {
    return this.#turns.get(id);
  }

  /** Oldest first. */
  all(): readonly Turn[] {
    return this.save();
  }

  #add(turn: Turn): void {
    this.#turns.set(turn.id, turn);
    for (const { id, status } of this.#turns.values()) {
      if (this.#turns.size <= KEPT.turns) return;
      if (isOver(status)) this.#turns.delete(id);
    }
  }

  #change(id: string, change: (turn: Turn) => Partial<Turn>): void {
    const turn = this.#turns.get(id);
    if (turn !== undefined) this.#turns.set(id, { ...turn, ...change(turn) });
  }
}

export function isOver(status: Turn["status"]): boolean {
  return status !== "queued" && status !== "running";
}

/** A call is one entry, as it was told last. */
function withTool(tools: readonly TurnTool[], tool: TurnTool): TurnTool[] {
  const rest = tools.filter(({ id }) => id !== tool.id);
  return [...rest, tool].slice(-KEPT.tools);
}
