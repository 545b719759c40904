/** The real clock, and the daemon's delays. */
import { oneAtATime, type Turns } from "../lib/slices.ts";
import type { Clock, Timers } from "./system.ts";

export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  steady: () => performance.now(),
});

/**
 * Calls `action` after `ms`, unless the returned function was called before. For the daemon:
 * `setTimeout` is Node's in Deno 2.9, and its first call costs 5 ms of the start.
 */
export function setTimer(ms: number, action: () => void): () => void {
  let due: (() => void) | undefined = action; // dropped when called off: the timer itself lives on to its end
  AbortSignal.timeout(ms).addEventListener("abort", () => due?.(), { once: true });
  return () => due = undefined;
}

/** Delays for the daemon, which its listener keeps alive. A client's are in delay.ts. */
export const daemonTimers: Timers = Object.freeze({
  sleep: (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        cancel();
        reject(signal?.reason);
      };
      const cancel = setTimer(ms, () => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      });
      signal?.addEventListener("abort", onAbort, { once: true });
    }),
});

/**
 * The daemon's own turns: a timer that is due at once. A message to oneself or `setImmediate` would be quicker, but the
 * sockets hear nothing before the last of them (measured).
 */
export const daemonTurns: Turns = Object.freeze({
  steady: () => performance.now(),
  pause: () => daemonTimers.sleep(0),
});

/** Those of the daemon's long works: a list, a snapshot and the ticks of several features may be under way at once. */
export const slicedTurns: Turns = Object.freeze(oneAtATime(daemonTurns));
