/** How far a yes may reach, and until when: what windows that take keys offer, in their order, and the keys. Pure. */
import { type Approval, type ApprovalScope, riskNamed } from "../domain/approval.ts";

export const SCOPE_CHOICES: readonly (readonly [key: string, scope: ApprovalScope])[] = [
  ["o", "once"],
  ["s", "session"],
  ["w", "workspace"],
  ["a", "always"],
];

/** Undefined: until somebody revokes it. The first one is the usual one: a rule that nobody chose must not stay. */
export const END_CHOICES: readonly (readonly [key: string, word: string, secs: number | undefined])[] = [
  ["1", "1 hour", 3600],
  ["8", "8 hours", 28_800],
  ["n", "no end", undefined],
];

/**
 * What is chosen before anybody has chosen, the same in every window: the session alone; for what destroys, or where a rule
 * cannot be made, this once.
 */
export function usualScope(allowed: readonly ApprovalScope[], risk: Approval["risk"]): ApprovalScope {
  return riskNamed(risk) !== "destroys" && allowed.includes("session") ? "session" : "once";
}
