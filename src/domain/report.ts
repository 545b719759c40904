/**
 * What an adapter understood from one event of an agent: the vocabulary between agents/ and decide.ts.
 * An adapter says what happened; what that means for the session is decided in one place.
 */
import type { ErrorKind, Facts, Reopen, ToolUse, WaitingFor } from "./session.ts";

/** A dialog that waits for the human. */
export interface QuestionText {
  readonly for: WaitingFor;
  readonly text: string;
  readonly tool?: ToolUse;
  readonly approvalId?: string;
  /** A script asks, on behalf of nobody's turn: the agent's own events say nothing about it. */
  readonly scripted?: true;
}

/** What happened in the agent, or between it and us. */
export type AgentEvent =
  /** The agent announced the session. `resumed`: the conversation existed before. */
  | { readonly kind: "announced"; readonly resumed: boolean }
  /** A prompt was submitted; `byUser` is false for prompts that the agent wrote to itself. */
  | { readonly kind: "prompt"; readonly promptId?: string; readonly text?: string; readonly byUser: boolean }
  /** A tool call begins. */
  | { readonly kind: "tool"; readonly tool: ToolUse }
  /**
   * A tool call ended, or anything else that proves that the turn goes on. `tools`: the calls that ended,
   * where the agent names them; a call without text stands for every call of that name. `failed`: they did not succeed.
   */
  | { readonly kind: "progress"; readonly tools?: readonly ToolUse[]; readonly failed?: true }
  /** The human is asked, about the call `tool` where there is one; `approvalId` where our windows can answer. */
  | ({ readonly kind: "requested" } & QuestionText)
  /**
   * An approval was answered by one of us. `next`: another dialog of the session that is still open. `denied`: the call
   * does not run.
   */
  | { readonly kind: "decided"; readonly approvalId: string; readonly next?: QuestionText; readonly denied?: true }
  /** The human closed the dialog of an approval in the agent's own terminal, with no or Esc. */
  | { readonly kind: "dismissed"; readonly approvalId: string; readonly next?: QuestionText }
  /** An approval can no longer be answered by us; the agent asks on in its own terminal. */
  | { readonly kind: "left_to_agent"; readonly approvalId: string }
  /**
   * A reminder that the human is still asked, without details: keeps what `asked` said.
   * Some dialogs send only this.
   */
  | { readonly kind: "reminded"; readonly for: WaitingFor; readonly text: string }
  /** The turn ended. `subagents` and `background` are what still runs, where the agent tells. */
  | {
    readonly kind: "finished";
    readonly promptId?: string;
    readonly lastMessage?: string;
    readonly subagents?: number;
    readonly background?: number;
  }
  /** The agent sits at its prompt, whatever was believed before. */
  | { readonly kind: "rested" }
  /** The human interrupted the turn. */
  | { readonly kind: "interrupted" }
  | { readonly kind: "failed"; readonly error: ErrorKind; readonly text: string }
  | { readonly kind: "subagent"; readonly change: 1 | -1 }
  | { readonly kind: "ended"; readonly reason: string; readonly reopenable?: Reopen }
  /** Nothing that changes the status: a sign of life with facts. */
  | { readonly kind: "noted" }
  /**
   * Nothing happened: the agent shows what it counts, as often as it paints its screen. It makes an event only where a
   * fact is new (novelty.ts), and never a status.
   */
  | { readonly kind: "measured" };

export interface Report {
  readonly agent: string;
  readonly sessionId: string;
  readonly facts: Facts;
  readonly event: AgentEvent;
  /**
   * Set where the event came from inside a sub-agent: it never changes the session's own status.
   * A sub-agent that asks the human gets a row of its own, whose parent is the session.
   */
  readonly subagent?: { readonly id: string; readonly type: string };
  /**
   * False where the event alone proves no conversation of the user: it counts for a row that exists and makes none.
   * (Threads that the agent runs for itself; the end of a session that nothing else was heard of.)
   */
  readonly opens?: false;
}
