/** What the core asks of the approvals; src/approvals implements it. */
import type { ApprovalRequest, Decision } from "../domain/approval.ts";
import type { AgentEvent, Report } from "../domain/report.ts";
import type { ResultOf } from "../protocol/method_schemas.ts";
import type { Peer } from "../rpc/peer.ts";

/** An agent's event that asks, read by its adapter. */
export interface IncomingRequest {
  readonly report: Report;
  readonly request: ApprovalRequest;
  /** The payload was shortened on its way: what is asked is not known whole, so no rule may allow it. */
  readonly cut: boolean;
  /** What the agent's hook prints for a verdict; undefined where the agent has no words for it. */
  readonly responseFor: (decision: Decision) => HookOutput | undefined;
  readonly idempotencyKey?: string | undefined;
  /** Text of the workspace's own configuration, as the hook found it: it may only tighten. */
  readonly workspaceConfig?: string | undefined;
  /** Nobody has told what the workspace says: then it may say that nothing passes unasked. */
  readonly workspaceUnknown?: true;
}

export type HookOutput = Readonly<Record<string, unknown>>;

/** Who takes the requests of agents, and hears of everything else that they do. */
export interface ApprovalsPort {
  /** A hook has told of `report`, and found that text as the workspace's own configuration, or none. */
  noteWorkspace(report: Report, workspaceConfig: string | undefined): void;
  /**
   * Takes the event; answers by itself, opens an approval that the caller may wait for, or leaves it to the agent.
   *
   * @throws {ConsoleError} `read_only`
   */
  receive(request: IncomingRequest, peer: Peer): ResultOf<"session.report"> | Promise<ResultOf<"session.report">>;
  /** `report` was committed as a whole, whichever rows it was about. Never throws. */
  reportCommitted(report: Report): void;
  /** `event` was committed for the row `sessionId`. Never throws. */
  eventCommitted(sessionId: string, event: AgentEvent): void;
  /**
   * The session is over without a word of its agent's: nobody is left whom an answer could reach, or nobody wants to answer.
   * Closes what it and its sub-agents ask, for `reason`. Never throws.
   */
  endRequests(sessionId: string, reason: string): void;
}

/** Who may answer approvals now (src/approvals/presence.ts). */
export interface PresencePort {
  readonly isSomeoneThere: boolean;
  /** @returns leaves again */
  join(): () => void;
}

/** What the approvals offer to parts that bring requests by their own means, such as feeds. */
export interface ApprovalsDoor {
  /** Sessions whose requests a feed brings, beside the agent's own dialog: their hooks must not stand before it. */
  requestedByFeed: (agent: string, sessionId: string) => boolean;
  /**
   * Opens a request, and closes it when `signal` fires: it was answered elsewhere, or nobody is there any more to take an
   * answer. Undefined: no answer from us.
   */
  requestDecision(report: Report, request: ApprovalRequest, signal: AbortSignal): Promise<Decision | undefined>;
}
