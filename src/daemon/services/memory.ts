/**
 * V8 gives memory back only when it is asked or when it allocates; a daemon at rest does neither. So it is asked once, a
 * whole tick after the last event or client: the pause, some 20 ms, finds nobody who waits.
 */
import type { Service } from "../../core/service.ts";
import { collectGarbage } from "../../platform/process.ts";

/** @param work grows with everything that the daemon does */
export function memory(work: () => number): Service {
  let seen = 0;
  let collectedAt = 0;
  return {
    name: "memory",
    tick: () => {
      const now = work();
      if (now !== seen) seen = now;
      else if (now !== collectedAt) {
        collectedAt = now;
        collectGarbage();
      }
    },
  };
}
