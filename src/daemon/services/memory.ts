/**
 * V8 releases memory only on request or when it allocates; an idle daemon does neither. So memory is released once, a
 * whole tick after the last event or client: the pause of some 20 ms delays nobody then.
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
