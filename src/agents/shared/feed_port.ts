/** What a feed needs of the daemon. */
import type { ApprovalRequest, Decision } from "../../domain/approval.ts";
import type { Report } from "../../domain/report.ts";
import type { Session } from "../../domain/session.ts";

export interface FeedPort {
  /** All rows, the closed ones too. */
  sessions(): Iterable<Session>;
  get(id: string): Session | undefined;
  /** The open rows of sub-agents of this session. */
  children(id: string): readonly Session[];
  /** Decides what a report means and keeps it. Never throws. */
  report(report: Report): void;
  /** ISO 8601 UTC. */
  now(): string;
}

/** Runs `action` and takes its errors; `what` is what went wrong, told once until it went well. */
export type Guarded = (what: string, action: () => void) => void;

/**
 * Puts a question to whoever can answer it: the report opens the wait, `signal` ends it (it was answered elsewhere, or
 * nobody is there any more to take the answer). Resolves with undefined where there is no answer from us.
 */
export type RequestDecision = (
  report: Report,
  request: ApprovalRequest,
  signal: AbortSignal,
) => Promise<Decision | undefined>;
