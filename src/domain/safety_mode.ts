/**
 * The safety modes, apart from their meaning (policy/evaluation.ts): every command reads the configuration at its
 * start.
 */

/** The strictest first. */
export const SAFETY_MODES = ["manual", "guarded", "autonomous"] as const;
export type SafetyMode = typeof SAFETY_MODES[number];
