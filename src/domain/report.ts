/**
 * What an adapter understood from one event of an agent: the vocabulary between agents/ and decide.ts.
 * An adapter says what happened; what that means for the session is decided in one place.
 */
import type { ErrorKind, Facts, Reopen, TerminalOnly, ToolUse, WaitingFor } from "./session.ts";

/** A dialog that waits for the human, as a row shows it. */
export interface QuestionText {
  readonly for: WaitingFor;
  readonly text: string;
  readonly tool?: ToolUse;
  readonly approvalId?: string;
  /** Where there is no `approvalId`. */
  readonly terminalOnly?: TerminalOnly;
  /** It is about the call of this tool that runs now, whose own words say more than `text`. */
  readonly ofCall?: string;
  /** Requested by a script, outside any turn: the agent's own events say nothing about it. */
  readonly scripted?: true;
}

/** What happened in the agent, or between the agent and us. */
export type AgentEvent =
  /**
   * The agent announced the session. `resumed`: the conversation existed before. `inTurn`: it does so only when a turn
   * begins, so that a row which works by another witness (a feed) works on.
   */
  | { readonly kind: "announced"; readonly resumed: boolean; readonly inTurn?: true }
  /** A prompt was submitted; `byUser` is false for prompts that the agent wrote to itself. */
  | { readonly kind: "prompt"; readonly promptId?: string; readonly text?: string; readonly byUser: boolean }
  /** A tool call begins. */
  | { readonly kind: "tool"; readonly tool: ToolUse }
  /**
   * A tool call ended, or anything else that proves that the turn goes on. `tools`: the calls that ended, where the
   * agent names them; a call without text stands for every call of that name. `failed`: they failed. `ran`: they did run,
   * with whatever result; the end of a batch also names calls that were refused.
   */
  | { readonly kind: "progress"; readonly tools?: readonly ToolUse[]; readonly failed?: true; readonly ran?: true }
  /**
   * The agent requests a decision, about the call `tool` where there is one; `approvalId` where our clients can decide.
   */
  | ({ readonly kind: "requested" } & QuestionText)
  /**
   * A client or a rule of ours decided an approval. `next`: another dialog of the session that is still open. `denied`:
   * the call does not run. `late`: the agent got it after all, and its row says that its own dialog is open.
   */
  | {
    readonly kind: "decided";
    readonly approvalId: string;
    readonly next?: QuestionText;
    readonly denied?: true;
    readonly late?: true;
  }
  /** The human closed the dialog of an approval in the agent's own terminal, with a refusal or Esc. */
  | { readonly kind: "dismissed"; readonly approvalId: string; readonly next?: QuestionText }
  /** We can no longer decide the approval; the agent's own dialog stays open. */
  | { readonly kind: "left_to_agent"; readonly approvalId: string; readonly terminalOnly?: TerminalOnly }
  /** A reminder without details that a dialog is open: keeps what `requested` said. Some dialogs send only this. */
  | { readonly kind: "reminded"; readonly for: WaitingFor; readonly text: string }
  /** The turn ended. `subagents` and `background` count what still runs, where the agent says so. */
  | {
    readonly kind: "finished";
    readonly promptId?: string;
    readonly lastMessage?: string;
    readonly subagents?: number;
    readonly background?: number;
  }
  /** The agent waits at its prompt, whatever its row showed before. */
  | { readonly kind: "rested" }
  /** The human interrupted the turn. */
  | { readonly kind: "interrupted" }
  | { readonly kind: "failed"; readonly error: ErrorKind; readonly text: string }
  | { readonly kind: "subagent"; readonly change: 1 | -1 }
  | { readonly kind: "ended"; readonly reason: string; readonly reopenable?: Reopen }
  /** Nothing that changes the status: a sign of life with facts. */
  | { readonly kind: "noted" }
  /**
   * Nothing happened: the agent reports its counters whenever it redraws its screen. Makes an event only where a fact
   * is new (dedupe.ts), and never changes the status.
   */
  | { readonly kind: "measured" };

export interface Report {
  readonly agent: string;
  readonly sessionId: string;
  readonly facts: Facts;
  readonly event: AgentEvent;
  /**
   * Set where the event came from a sub-agent: it never changes the session's own status. A sub-agent that makes a
   * request gets a row of its own, whose parent is the session.
   */
  readonly subagent?: { readonly id: string; readonly type: string };
  /**
   * False where the event alone proves no conversation of the user: it updates an existing row and creates none.
   * (Threads that the agent runs for itself. An end never creates one.)
   */
  readonly opens?: false;
  /**
   * Set where it came from a process of another pid namespace, as in a container: that namespace, and the pid in it where
   * it is known, as `NAMESPACE:PID`. It is no process here, and never one of those that are.
   */
  readonly elsewhere?: string;
}
