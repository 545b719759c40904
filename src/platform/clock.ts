/** The real clock and delays that end with their signal. */
import type { Clock, Timers } from "./system.ts";

export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  steady: () => performance.now(),
});

/**
 * Resolves after `ms`.
 *
 * @throws the signal's reason
 */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/** Delays that keep the process alive: what waits in them has work left to do. */
export const systemTimers: Timers = Object.freeze({ sleep });

/** Calls `action` every `ms`, at least a second apart, without keeping the process alive. Returns the stop. */
export function every(ms: number, action: () => void): () => void {
  const timer = setInterval(action, Math.max(1000, ms));
  Deno.unrefTimer(timer);
  return () => clearInterval(timer);
}
