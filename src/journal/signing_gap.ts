/**
 * Records that were pruned before a checkpoint covered them: by a version that signs nothing, because this one prunes no
 * such record. The tree cannot go on over them, so nothing is signed until a person lets a new one begin behind them.
 */
import { ConsoleError } from "../protocol/errors.ts";

export interface SigningGap {
  readonly from: number;
  readonly to: number;
}

/** What lets a new tree begin behind them. */
export const SIGNING_GAP_CURE =
  "agent-console doctor --fix, then agent-console daemon restart: what is there is signed anew";

export function signingGapText({ from, to }: SigningGap): string {
  return `records ${from} to ${to} were pruned before a checkpoint covered them, as versions without checkpoints do: ` +
    "nothing is signed any more";
}

/** With the records as its detail `gap`. */
export function signingStopped(gap: SigningGap): ConsoleError {
  return new ConsoleError("journal_broken", signingGapText(gap), { gap, hint: SIGNING_GAP_CURE });
}
