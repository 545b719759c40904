/** A prompt that goes into a session which somebody else runs, by a way that its agent offers. Types. */

/** A call of a tool in its turn; each time as it is known then. */
export interface HeardCall {
  readonly id: string;
  /** Of the tool. */
  readonly name: string;
  /** What it does: a command, files, its input. */
  readonly text: string;
  readonly status: "in_progress" | "completed" | "failed";
}

/** Hears what becomes of it. */
export interface PromptListener {
  /** The session is free, and gets it now. @throws why it must not */
  readonly sending: () => void;
  readonly text: (piece: string) => void;
  readonly call: (call: HeardCall) => void;
}

/**
 * Waits until the session is free, gives it the prompt once, and hears its turn to the end.
 *
 * @param signal ends it: what was not sent is not sent, and a turn that runs is interrupted
 * @returns how the turn ended @throws why it was not taken, why it failed, or that nothing more is heard of it
 */
export type GivePrompt = (
  text: string,
  listener: PromptListener,
  signal: AbortSignal,
) => Promise<"finished" | "cancelled">;
