/** How far a yes may reach, and until when: what windows that take keys offer, in their order, and the keys. Pure. */
import type { ApprovalScope } from "../domain/approval.ts";

export const SCOPE_CHOICES: readonly (readonly [key: string, scope: ApprovalScope])[] = [
  ["o", "once"],
  ["s", "session"],
  ["w", "workspace"],
  ["a", "always"],
];

/** Undefined: until somebody revokes it. */
export const END_CHOICES: readonly (readonly [key: string, word: string, secs: number | undefined])[] = [
  ["1", "1 hour", 3600],
  ["8", "8 hours", 28_800],
  ["n", "never", undefined],
];
