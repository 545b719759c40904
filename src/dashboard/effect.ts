/** What a key asks of the world outside: the window does it, and tells the dashboard what became of it. */
import type { Approval, ApprovalScope } from "../domain/approval.ts";
import type { ConsoleAnswer, ConsoleEntry } from "../view/console_line.ts";

/** How a request is answered, in the words of `approval.decide`. */
export interface AnswerToRequest {
  readonly decision: "approve" | "deny";
  readonly scope?: ApprovalScope;
  readonly expiresInSecs?: number;
  readonly message?: string;
  readonly answers?: Record<string, string>;
}

export type Effect =
  | { readonly kind: "quit"; readonly code: number }
  | { readonly kind: "suspend" }
  | { readonly kind: "decide"; readonly approvals: readonly Approval[]; readonly answer: AnswerToRequest }
  /** All of its text, and then what it was wanted for. */
  | { readonly kind: "whole"; readonly approval: Approval; readonly then: "view" | "scopes" | "ask" }
  /** What a rule for it would let pass. */
  | { readonly kind: "preview"; readonly approval: Approval; readonly scope: ApprovalScope }
  | { readonly kind: "go"; readonly sessionId: string }
  | { readonly kind: "copy"; readonly text: string; readonly said: string }
  | {
    readonly kind: "update";
    readonly sessionId: string;
    readonly fields: { readonly title?: string; readonly priority?: number };
    readonly said: string;
  }
  | { readonly kind: "close"; readonly sessionId: string; readonly said: string }
  /** A prompt; where it is refused its page comes back with it. */
  | { readonly kind: "submit"; readonly prompt: SentPrompt; readonly page: RefusedPage }
  /** What a turn or a job is told. */
  | {
    readonly kind: "tell_work";
    readonly tells: "turn.cancel" | "job.cancel" | "job.run" | "job.enable" | "job.disable";
    readonly id: string;
    readonly said: string;
  }
  /** The commands of the console; and one line for it. */
  | { readonly kind: "console_list"; readonly page: ConsoleDesk }
  | { readonly kind: "console_run"; readonly line: string; readonly by?: string; readonly page: ConsoleDesk };

/** Where the line was typed. */
interface ConsoleDesk {
  listed(commands: readonly ConsoleEntry[]): void;
  /** The commands were not told. */
  listFailed(): void;
  said(answer: ConsoleAnswer): void;
}

/** For a session that the daemon runs, or a new one of an agent. */
export type SentPrompt =
  & { readonly text: string }
  & (
    | { readonly sessionId: string }
    | { readonly agent: string; readonly cwd?: string }
  );

/** Where it was typed. */
interface RefusedPage {
  /** @param why escaped */
  refused(why: string): void;
}
