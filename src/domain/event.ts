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
}

interface ApprovalData {
  readonly approval: Approval;
}

/** The events of the base. */
interface BaseEventData {
  "approval.requested": ApprovalData;
  "approval.noted": ApprovalData;
  "approval.corrected": ApprovalData;
  "approval.decided": ApprovalData & { readonly rule?: Rule };
  "approval.expired": ApprovalData;
  "approval.rule_added": { readonly rule: Rule };
  /** `expired`: by its time, so that it stays ended whatever the clock says later. */
  "approval.rule_revoked": { readonly rule: Rule; readonly expired?: true };
  "session.created": SessionData;
  "session.updated": SessionData;
  "session.closed": SessionData;
  "session.deleted": SessionData;
  /** `format`: the version of the record layout. */
  "journal.segment": { readonly format: number; readonly first: number };
  /** `digest`: sha256 of the state behind record `seq`, in canonical JSON. */
  "journal.snapshot": {
    readonly seq: number;
    readonly digest: string;
    readonly pruned?: { readonly seq: number; readonly hash: string };
  };
  /**
   * `hash`: of record `last`, which the first that stays is chained to; `until`: when that was written; `tree`: the Merkle tree
   * up to it. Those of earlier versions have no size and no tree.
   */
  "journal.pruned": {
    readonly first: number;
    readonly last: number;
    readonly hash: string;
    readonly until: string;
    readonly segments: readonly string[];
    readonly bytes?: number;
    readonly tree?: {
      readonly origin: string;
      readonly size: number;
      readonly root: string;
      readonly frontier: readonly string[];
    };
  };
  "daemon.started": {
    readonly version: string;
    readonly pid: number;
    readonly bootId: string;
    readonly socketPath: string;
  };
  "daemon.stopping": { readonly reason: string; readonly restart: boolean };
  /** `missingUpTo`: records up to this one had existed; `lostHead`, of earlier versions: hash of the one that journal.head knew. */
  "daemon.recovered": {
    readonly segment: string;
    readonly offset: number;
    readonly tornBytes: number;
    readonly keptIn: string | null;
    readonly missingUpTo?: number;
    readonly lostHead?: string;
    readonly unknownBefore?: number;
  };
  "daemon.config_reloaded": {
    readonly applied: readonly string[];
    readonly needsRestart: readonly string[];
  };
  "daemon.config_rejected": { readonly problem: string };
  /** `suspended`: the configured mode, which the circuit breaker (approvals/breaker.ts) keeps from being in force. */
  "daemon.safety_mode": { readonly mode: SafetyMode; readonly reason: string; readonly suspended?: SafetyMode };
  "daemon.socket_replaced": { readonly socketPath: string };
  /** `raw`: the payload, cut to a bounded length. */
  "hook.unknown": { readonly agent: string; readonly problem: string; readonly raw: string };
}

/** Open: a feature declares its own events in its folder (`declare module ".../event.ts" { interface EventData { … } }`). */
export interface EventData extends BaseEventData {}

/** What each event says, one line for docs/protocol.md; features bring the lines of theirs. */
export const EVENTS = {
  "approval.requested": "An agent or a script waits for an answer.",
  "approval.noted": "An interceptor has said something of a request that a person is asked.",
  "approval.corrected":
    "What was recorded of its end was not so: the agent did not get it, or the call ran all the same.",
  "approval.decided": "It was resolved in any way but by its deadline; `rule` is the rule that the decision made.",
  "approval.expired": "Its deadline has passed.",
  "approval.rule_added": "A person wrote a rule.",
  "approval.rule_revoked": "A rule that a decision made was taken back, or (`expired`) its time has come.",
  "session.created": "A session that was not known.",
  "session.updated": "Anything of a session has changed.",
  "session.closed": "It has ended.",
  "session.deleted": "It was forgotten.",
  "journal.segment": "The first record of each file of the journal.",
  "journal.snapshot": "A snapshot was written: a start takes no snapshot whose state has another digest.",
  "journal.pruned": "The oldest files of the journal, all records older than `journal.keep_days`, are removed.",
  "daemon.started": "The daemon is ready.",
  "daemon.stopping": "It takes no more changes.",
  "daemon.recovered":
    "The journal ended in an incomplete record, or before one that its snapshot or journal.head knew; or " +
    "no snapshot was there to hold what the pruned records said (`unknownBefore`).",
  "daemon.config_reloaded": "The configuration was read again.",
  "daemon.config_rejected": "It was read again and has an error; the one before stays in force.",
  "daemon.safety_mode": "The circuit breaker has changed the safety mode in force.",
  "daemon.socket_replaced": "The socket is no longer this daemon's, which therefore ends.",
  "hook.unknown": "A hook's payload that was not understood, or only in part.",
} as const satisfies Record<keyof BaseEventData, string>;

export type EventType = keyof EventData;

/** In the data of any event that a caller's key made: a repeat after a crash makes no second one. */
interface Keyed {
  readonly idempotencyKey?: string;
  /** What the key stands for: the method and a hash of its parameters. */
  readonly idempotencyChange?: string;
}

/** An event without a sequence number yet. */
export type NewEvent = { [T in EventType]: { readonly type: T; readonly data: EventData[T] & Keyed } }[EventType];

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
 * events in this version (turn, capsule) are accepted and stay silent, so that a client may subscribe to all of them.
 */
export const TOPICS = ["session", "approval", "turn", "capsule", "daemon", "journal", "hook"] as const;

export function topicOf(type: string): string {
  const dot = type.indexOf(".");
  return dot < 0 ? type : type.slice(0, dot);
}
