/**
 * The approvals and the rules, as their events leave them. Only the store changes it; like the rows it is made anew from
 * the journal at each start.
 */
import { type Approval, isAutomatic, type Rule } from "../domain/approval.ts";
import type { ApprovalEvent } from "../domain/event.ts";
import { hasExpired } from "../domain/rule.ts";

/**
 * Settled approvals that are kept to be listed and to answer "already decided"; the journal has them all. So many of those
 * that somebody was asked for, and so many of those that nobody was: an agent that reads much pushes no human's answer out.
 */
const SETTLED_KEPT = 200;

export interface SavedInbox {
  readonly approvals: readonly Approval[];
  readonly rules: readonly Rule[];
}

export class Inbox {
  #pending = new Map<string, Approval>();
  #settled = new Map<string, Approval>();
  #rules = new Map<string, Rule>();

  apply(event: ApprovalEvent): void {
    if (event.type === "approval.rule_revoked") {
      this.#rules.delete(event.data.rule.id);
      return;
    }
    const { approval } = event.data;
    this.#dropEnded(Date.parse(approval.requestedAt));
    if ("rule" in event.data && event.data.rule !== undefined) this.#rules.set(event.data.rule.id, event.data.rule);
    if (approval.status === "pending") this.#pending.set(approval.id, approval);
    else this.#settle(approval);
  }

  /** Rules that have ended by the time of an event: by the clock a replay would differ. `at` in milliseconds since 1970. */
  #dropEnded(at: number): void {
    for (const rule of this.#rules.values()) if (hasExpired(rule, at)) this.#rules.delete(rule.id);
  }

  #settle(approval: Approval): void {
    this.#pending.delete(approval.id);
    this.#settled.set(approval.id, approval);
    const automatic = isAutomatic(approval);
    const alike = this.settled().filter((one) => isAutomatic(one) === automatic);
    const [oldest] = alike;
    if (alike.length > SETTLED_KEPT && oldest !== undefined) this.#settled.delete(oldest.id);
  }

  /** A session was deleted: the rules that only it could use are nobody's. */
  forget(sessionId: string): void {
    for (const rule of this.#rules.values()) if (rule.sessionId === sessionId) this.#rules.delete(rule.id);
  }

  get(id: string): Approval | undefined {
    return this.#pending.get(id) ?? this.#settled.get(id);
  }

  get pendingCount(): number {
    return this.#pending.size;
  }

  /** Oldest first. */
  pending(): Approval[] {
    return [...this.#pending.values()];
  }

  /** Oldest first. */
  settled(): Approval[] {
    return [...this.#settled.values()];
  }

  rule(id: string): Rule | undefined {
    return this.#rules.get(id);
  }

  /** The rules that were given by answers, oldest first; some may have ended since the last question. */
  rules(): Rule[] {
    return [...this.#rules.values()];
  }

  save(): SavedInbox {
    return { approvals: [...this.#settled.values(), ...this.#pending.values()], rules: this.rules() };
  }

  restore({ approvals, rules }: SavedInbox): void {
    for (const approval of approvals) {
      (approval.status === "pending" ? this.#pending : this.#settled).set(approval.id, approval);
    }
    for (const rule of rules) this.#rules.set(rule.id, rule);
  }
}
