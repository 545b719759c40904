/** The approvals and rules: a projection of their events. */
import type { Projection } from "../core/projection.ts";
import { type Approval, isAutomatic, riskNamed, type Rule } from "../domain/approval.ts";
import { isApprovalEvent, type NewEvent } from "../domain/event.ts";
import type { SafetyMode } from "../domain/safety_mode.ts";
import { hasExpired } from "../policy/rule.ts";

/**
 * How many resolved approvals are kept for lists and for "already decided"; the journal has all of them. Counted apart
 * for approvals with and without a human, so that an agent whose calls are approved automatically pushes no human's
 * decision out.
 */
const RESOLVED_KEPT = 200;

interface SavedInbox {
  readonly approvals: readonly Approval[];
  readonly rules: readonly Rule[];
  readonly suspended?: SafetyMode;
}

/** Also of an older journal, with the label that its words mean now. */
function named(approval: Approval): Approval {
  return { ...approval, risk: riskNamed(approval.risk) };
}

export class Inbox implements Projection {
  readonly name = "approvals";
  readonly layout = 1;
  #pending = new Map<string, Approval>();
  #resolved = new Map<string, Approval>();
  #rules = new Map<string, Rule>();
  /** No rule ends before this time, ms since 1970. */
  #firstEnd = Infinity;
  #suspended: SafetyMode | undefined;

  apply(event: NewEvent, at: string): void {
    this.#dropEnded(at);
    if (event.type === "session.deleted") this.#forget(event.data.session.id);
    if (event.type === "daemon.safety_mode") this.#suspended = event.data.suspended;
    if (!isApprovalEvent(event)) return;
    if (event.type === "approval.rule_added") {
      this.#keep(event.data.rule);
      return;
    }
    if (event.type === "approval.rule_revoked") {
      this.#rules.delete(event.data.rule.id);
      return;
    }
    const approval = named(event.data.approval);
    if ("rule" in event.data && event.data.rule !== undefined) this.#keep(event.data.rule);
    if (approval.status === "pending") this.#pending.set(approval.id, approval);
    else this.#resolve(approval);
  }

  /**
   * Drops the rules that have ended by the time of a record, for good: a clock that is set back later makes no rule
   * anew, and a replay comes to the same.
   */
  #dropEnded(at: string): void {
    if (this.#firstEnd === Infinity) return; // of most events nobody need read the time
    const now = Date.parse(at);
    if (now < this.#firstEnd) return;
    this.#firstEnd = Infinity;
    for (const rule of this.#rules.values()) {
      if (hasExpired(rule, now)) this.#rules.delete(rule.id);
      else this.#firstEnd = Math.min(this.#firstEnd, endOf(rule));
    }
  }

  #keep(rule: Rule): void {
    this.#rules.set(rule.id, rule);
    this.#firstEnd = Math.min(this.#firstEnd, endOf(rule));
  }

  #resolve(approval: Approval): void {
    this.#pending.delete(approval.id);
    this.#resolved.set(approval.id, approval);
    const automatic = isAutomatic(approval);
    const alike = this.resolved().filter((one) => isAutomatic(one) === automatic);
    const [oldest] = alike;
    if (alike.length > RESOLVED_KEPT && oldest !== undefined) this.#resolved.delete(oldest.id);
  }

  /** A session was deleted: its rules can match no call any more. */
  #forget(sessionId: string): void {
    for (const rule of this.#rules.values()) if (rule.sessionId === sessionId) this.#rules.delete(rule.id);
  }

  get(id: string): Approval | undefined {
    return this.#pending.get(id) ?? this.#resolved.get(id);
  }

  get pendingCount(): number {
    return this.#pending.size;
  }

  /** Oldest first. */
  pending(): Approval[] {
    return [...this.#pending.values()];
  }

  /** Oldest first. */
  resolved(): Approval[] {
    return [...this.#resolved.values()];
  }

  rule(id: string): Rule | undefined {
    return this.#rules.get(id);
  }

  /** The rules made by decisions, oldest first; some may have expired since the last event. */
  rules(): Rule[] {
    return [...this.#rules.values()];
  }

  /** The configured safety mode that the circuit breaker has suspended, as last recorded in the journal. */
  get suspended(): SafetyMode | undefined {
    return this.#suspended;
  }

  save(): SavedInbox {
    return {
      approvals: [...this.#resolved.values(), ...this.#pending.values()],
      rules: this.rules(),
      ...(this.#suspended === undefined ? {} : { suspended: this.#suspended }),
    };
  }

  restore(saved: unknown): void {
    const { approvals, rules, suspended } = saved as SavedInbox;
    for (const approval of approvals.map(named)) {
      (approval.status === "pending" ? this.#pending : this.#resolved).set(approval.id, approval);
    }
    for (const rule of rules) this.#keep(rule);
    this.#suspended = suspended;
  }
}

/** When the rule ends, ms since 1970. */
function endOf({ expiresAt }: Rule): number {
  const end = expiresAt === undefined ? Infinity : Date.parse(expiresAt);
  return Number.isNaN(end) ? -Infinity : end; // hasExpired knows what to do with it
}
