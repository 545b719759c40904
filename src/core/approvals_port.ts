/** What the core needs of approvals; src/approvals implements it. */
import type { Approval, ApprovalRequest, Decision } from "../domain/approval.ts";
import type { AgentEvent, Report } from "../domain/report.ts";
import type { ProcessName } from "../domain/row_processes.ts";
import type { Actor } from "../protocol/actor.ts";
import type { ParamsOf, ResultOf } from "../protocol/method_schemas.ts";
import type { Peer } from "../rpc/peer.ts";

/** A request of an agent, as its adapter read it. */
export interface IncomingRequest {
  readonly report: Report;
  readonly request: ApprovalRequest;
  /** The payload was shortened in transit: the request is not known whole, so no rule may allow it. */
  readonly cut: boolean;
  /** So many UTF-16 units of the payload did not arrive. */
  readonly cutBy?: number;
  /** What the agent's hook prints for a decision; undefined where its protocol has no response for it. */
  readonly responseFor: (decision: Decision) => HookOutput | undefined;
  readonly idempotencyKey?: string | undefined;
  /** The event as the agent's hook brought it: an equal one at the same time is the same request through another hook. */
  readonly payload?: unknown;
  /** Text of the workspace's own configuration, as the hook found it: it may only make the policy stricter. */
  readonly workspaceConfig?: string | undefined;
  /** Text of the repository's own settings, as the hook found it; null: there is none. Absent: nobody looked. */
  readonly repositoryConfig?: string | null | undefined;
  /** The workspace's configuration is not known: it may forbid that anything passes without a human. */
  readonly workspaceUnknown?: true;
}

export type HookOutput = Readonly<Record<string, unknown>>;

/** Receives the requests of agents, and is notified of everything else that they do. */
export interface ApprovalsPort {
  /** A hook sent `report`, and the text of the workspace's configuration that it found, if any. */
  noteWorkspace(report: Report, workspaceConfig: string | undefined): void;
  /**
   * Decides by itself, opens an approval that the peer may wait for, or leaves the request to the agent.
   *
   * @throws {ConsoleError} `read_only`
   */
  receive(request: IncomingRequest, peer: Peer): ResultOf<"session.report"> | Promise<ResultOf<"session.report">>;
  /** `report` was committed as a whole, whichever rows it was about. Never throws. */
  reportCommitted(report: Report): void;
  /** `event` was committed for the row `sessionId`; `source` is the process that sent it, where it is known. Never throws. */
  eventCommitted(sessionId: string, event: AgentEvent, source?: ProcessName): void;
  /**
   * The session ended without an event of its agent: no decision could reach it, or nobody needs one. Cancels what it
   * and its sub-agents requested, for `reason`, and forgets what was noted of its workspaces. Never throws.
   */
  endRequests(sessionId: string, reason: string): void;
}

/** Whether a person can decide approvals now (src/approvals/presence.ts). */
export interface PresencePort {
  readonly isSomeoneThere: boolean;
  /** @returns leaves */
  join(): () => void;
}

/** What approvals offer to parts that bring requests by their own means, such as feeds. */
export interface ApprovalsDoor {
  /**
   * Whether a feed brings the session's requests while the agent's own dialog is open: then its hooks must not block.
   */
  requestedByFeed: (agent: string, sessionId: string) => boolean;
  /**
   * Opens a request, and closes it when `signal` fires: it was decided elsewhere, or nobody is left who takes a
   * decision.
   *
   * @returns undefined: no decision of ours
   */
  requestDecision(report: Report, request: ApprovalRequest, signal: AbortSignal): Promise<Decision | undefined>;
  /** The approval of that id, as far as it is kept. */
  approvalOf(id: string): Approval | undefined;
  /** An agent answers in place of the human: that is no sign that a person looks at what runs. @throws {ConsoleError} */
  decide(params: ParamsOf<"approval.decide">, actor: Actor, by: "agent"): Promise<ResultOf<"approval.decide">>;
}
