/**
 * The circuit breaker of automatic approvals. Pure; times are milliseconds since 1970.
 *
 * It counts failures of calls that were approved without a human, a sub-agent's too. A failure is an event by which the
 * agent reports that such a call failed or was denied, or that a turn was interrupted in which such calls ran: one
 * failure, however many calls. It opens at the {@link LIMIT}th failure in a row, however long that takes, or at the
 * {@link LIMIT}th within {@link WINDOW_MS}, whatever succeeded between. While it is open the safety mode is `manual`.
 * It closes and resets when a human decides an approval (somebody watches) or the running daemon reloads its
 * configuration; never by time or a restart, and not by calls that end while it is open.
 */
import type { SafetyMode } from "../domain/safety_mode.ts";

export const LIMIT = 5;
export const WINDOW_MS = 600_000;

export interface Breaker {
  /** Failures since the last success. */
  readonly inRow: number;
  /** When the newest failures were, at most {@link LIMIT}. */
  readonly failures: readonly number[];
  /** Since when it is open; absent: closed. */
  readonly openedAt?: number;
}

export type BreakerEvent = "failed" | "succeeded" | "decided_by_hand" | "reloaded";

export const CLOSED: Breaker = Object.freeze({ inRow: 0, failures: Object.freeze([]) });

/** Open since `at`, for an unknown cause (before a restart). */
export function openSince(at: number): Breaker {
  return { ...CLOSED, openedAt: at };
}

export function stepBreaker(breaker: Breaker, event: BreakerEvent, at: number): Breaker {
  if (event === "decided_by_hand" || event === "reloaded") return CLOSED;
  if (breaker.openedAt !== undefined) return breaker;
  if (event === "succeeded") return { ...breaker, inRow: 0 };
  // Where the clock was set back, a failure looks newer and is never dropped.
  const failures = [...breaker.failures.filter((then) => at - then < WINDOW_MS), at].slice(-LIMIT);
  const inRow = breaker.inRow + 1;
  const opens = inRow >= LIMIT || failures.length >= LIMIT;
  return { inRow, failures, ...(opens ? { openedAt: at } : {}) };
}

/** The effective safety mode. */
export function modeUnder(breaker: Breaker, mode: SafetyMode): SafetyMode {
  return breaker.openedAt === undefined ? mode : "manual";
}
