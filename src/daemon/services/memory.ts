/**
 * V8 releases memory only on request or when it allocates; an idle daemon does neither. So memory is released once, a
 * whole tick after the last event or client: the pause of some 20 ms delays nobody then.
 */
import type { Service } from "../../core/service.ts";
import { collectGarbage } from "../../platform/process.ts";

/**
 * With more sessions the pause would grow to hundreds of ms (3 for each 1,000), and somebody may come in it: then V8 gives
 * back what it likes, when it allocates.
 */
const MAX_SESSIONS = 5000;

/**
 * @param work grows with everything that the daemon does
 * @param sessions how many it holds
 */
export function memory(work: () => number, sessions: () => number): Service {
  let seen = 0;
  let collectedAt = 0;
  return {
    name: "memory",
    tick: () => {
      const now = work();
      if (now !== seen || sessions() > MAX_SESSIONS) seen = now;
      else if (now !== collectedAt) {
        collectedAt = now;
        collectGarbage();
      }
    },
  };
}
