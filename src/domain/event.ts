/**
 * The events of the journal, and so of the wire: one change makes exactly one event.
 * `data.session` is always the whole session, so that a reader needs no other event to show it.
 */
import type { Approval, Rule } from "./approval.ts";
import type { SafetyMode } from "./safety_mode.ts";
import type { Session } from "./session.ts";

/** Derived when the event is made. `lost` and `unproven` are written into its record and taken off again when it is applied. */
export interface Derived {
  /** No event for the configured time. */
  readonly stale?: boolean;
  /** Its process is gone (pid and start time were checked). */
  readonly lost?: boolean;
  /** Known from before the daemon's start; no event since has confirmed it. */
  readonly unproven?: boolean;
}

interface SessionData {
  readonly session: Session & Derived;
  /** The caller's key, kept here so that a repeat after a crash makes no second event. */
  readonly idempotencyKey?: string;
}

interface ApprovalData {
  readonly approval: Approval;
  readonly idempotencyKey?: string;
}

/** Open: a feature declares its own events in its folder (`declare module ".../event.ts" { interface EventData { … } }`). */
export interface EventData {
  "approval.requested": ApprovalData;
  /** Resolved in any way but by its deadline. `rule`: the rule that the decision made. */
  "approval.decided": ApprovalData & { readonly rule?: Rule };
  "approval.expired": ApprovalData;
  "approval.rule_revoked": { readonly rule: Rule; readonly idempotencyKey?: string };
  "session.created": SessionData;
  "session.updated": SessionData;
  "session.closed": SessionData;
  "session.deleted": SessionData;
  /** First record of every segment; `format` is the version of the record layout. */
  "journal.segment": { readonly format: number; readonly first: number };
  "daemon.started": {
    readonly version: string;
    readonly pid: number;
    readonly bootId: string;
    readonly socketPath: string;
  };
  "daemon.stopping": { readonly reason: string; readonly restart: boolean };
  /** The journal ended in an incomplete record, or its snapshot was newer than the journal. */
  "daemon.recovered": {
    readonly segment: string;
    readonly offset: number;
    readonly tornBytes: number;
    readonly keptIn: string | null;
    readonly missingUpTo?: number;
  };
  "daemon.config_reloaded": {
    readonly applied: readonly string[];
    readonly needsRestart: readonly string[];
  };
  "daemon.config_rejected": { readonly problem: string };
  /**
   * The circuit breaker (policy/breaker.ts) has changed the safety mode in force. `suspended`: the configured mode, which it
   * keeps from being in force.
   */
  "daemon.safety_mode": { readonly mode: SafetyMode; readonly reason: string; readonly suspended?: SafetyMode };
  "daemon.socket_replaced": { readonly socketPath: string };
  /** A hook payload that its adapter did not understand, or only in part, cut to a bounded length. */
  "hook.unknown": { readonly agent: string; readonly problem: string; readonly raw: string };
}

export type EventType = keyof EventData;

/** An event without a sequence number yet. */
export type NewEvent = { [T in EventType]: { readonly type: T; readonly data: EventData[T] } }[EventType];

export type SessionEvent = Extract<NewEvent, { type: `session.${string}` }>;

export type ApprovalEvent = Extract<NewEvent, { type: `approval.${string}` }>;

export function isApprovalEvent(event: NewEvent): event is ApprovalEvent {
  return event.type.startsWith("approval.");
}

export function isSessionEvent(event: NewEvent): event is SessionEvent {
  return event.type.startsWith("session.");
}

/**
 * The topics of `subscribe` beside those of features: the first part of each event type. Topics of protocol.md without
 * events in this version (turn, job, capsule) are accepted and stay silent, so that a client may subscribe to all of them.
 */
export const TOPICS = ["session", "approval", "turn", "job", "capsule", "daemon", "journal", "hook"] as const;

export function topicOf(type: string): string {
  const dot = type.indexOf(".");
  return dot < 0 ? type : type.slice(0, dot);
}
