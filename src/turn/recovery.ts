/**
 * What becomes of a turn that the last daemon left open. One that had not begun is begun; one that had is gone on with once,
 * in its own session and with words that say so, because the prompt itself must not run twice. One in a session that somebody else runs
 * is failed: it needs no daemon to go on. Pure.
 */
import type { Turn } from "./methods.ts";
import type { AgentSettings } from "./section.ts";

export type TurnRecovery =
  | {
    readonly kind: "resumed";
    /** What its agent is told. */
    readonly text: string;
    /** What has happened, for the error of a turn that cannot go on. */
    readonly before: string;
  }
  | { readonly kind: "failed"; readonly error: string };

const GO_ON =
  "You were interrupted in the middle of your last turn: the program that runs you has ended and was started " +
  "again. Look at what is done already, do none of it twice, and finish what you were asked for.";

const BEFORE = "the daemon ended before it began";
const WITHIN = "the daemon ended in it";
/** Of a turn whose end nobody hears. */
export const SESSION_GOES_ON = "its session is not one of the daemon's, and may go on";

/**
 * @param settings of its agent; undefined where it is configured no more
 * @param areGone nothing of the last daemon's agents runs any more, for sure
 */
export function recoveryOf(
  turn: Turn,
  settings: Pick<AgentSettings, "resume"> | undefined,
  areGone: boolean,
): TurnRecovery {
  const { status, sessionId, prompt, isWhole, isElsewhere, interrupted, resumed, startedAt } = turn;
  const hasBegun = status === "running" || startedAt !== undefined;
  const ended = hasBegun ? WITHIN : BEFORE;
  if (isElsewhere) {
    return { kind: "failed", error: hasBegun ? `${WITHIN}; ${SESSION_GOES_ON}` : `${BEFORE}: it was not sent` };
  }
  if (settings === undefined) return { kind: "failed", error: `${ended}, and its agent is not configured any more` };
  if (!settings.resume) return { kind: "failed", error: ended };
  if (!hasBegun) {
    return isWhole
      ? { kind: "resumed", text: prompt, before: BEFORE }
      : { kind: "failed", error: `${BEFORE}, and a prompt that is long or holds a secret is not kept` };
  }
  if (interrupted || resumed) return { kind: "failed", error: `${ended}, for the second time` };
  if (!areGone) return { kind: "failed", error: `${ended}, and nobody can tell whether its agent still runs` };
  return sessionId === null ? { kind: "failed", error: ended } : { kind: "resumed", text: GO_ON, before: WITHIN };
}
