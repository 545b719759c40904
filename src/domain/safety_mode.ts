/** The safety modes, apart from what they mean (policy.ts): the configuration is read at every start of every command. */

/** The strictest first. */
export const SAFETY_MODES = ["manual", "guarded", "autonomous"] as const;
export type SafetyMode = typeof SAFETY_MODES[number];
