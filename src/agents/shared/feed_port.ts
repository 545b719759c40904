/** What a feed needs of the daemon. */
import type { ApprovalRequest, Decision } from "../../domain/approval.ts";
import type { Report } from "../../domain/report.ts";
import type { Session } from "../../domain/session.ts";

export interface FeedPort {
  /** All rows, the closed ones too. */
  sessions(): Iterable<Session>;
  get(id: string): Session | undefined;
  /** The process table here shows this process alive. */
  isSeenAlive(pid: number): boolean;
  /** The open rows of sub-agents of this session. */
  children(id: string): readonly Session[];
  /** Decides what a report means and keeps it. Never throws. */
  report(report: Report): void;
  /** ISO 8601 UTC. */
  now(): string;
}

/**
 * Runs `action` and catches its errors. `what` describes the failure, which is logged once until the action succeeds.
 */
export type Guarded = (what: string, action: () => void) => void;

/**
 * Requests a decision: the report opens the wait, `signal` ends it (decided elsewhere, or nobody is left who takes the
 * decision). Resolves with undefined where there is no decision of ours.
 */
export type RequestDecision = (
  report: Report,
  request: ApprovalRequest,
  signal: AbortSignal,
) => Promise<Decision | undefined>;
