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

/**
 * Calls `action` after `ms`, unless the returned function was called before. Does not keep the process alive.
 * `setTimeout` would: it is Node's in Deno 2.9, and its first call costs 5 ms of the daemon's start.
 */
export function after(ms: number, action: () => void): () => void {
  let due: (() => void) | undefined = action; // dropped when called off: the timer itself lives on to its end
  AbortSignal.timeout(ms).addEventListener("abort", () => due?.(), { once: true });
  return () => due = undefined;
}

/** Delays that keep the process alive: what waits in them has work left to do. */
export const systemTimers: Timers = Object.freeze({ sleep });

/** Delays for the daemon, which is kept alive by its listener. */
export const daemonTimers: Timers = Object.freeze({
  sleep: (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const cancel = after(ms, resolve);
      signal?.addEventListener("abort", () => (cancel(), reject(signal.reason)), { once: true });
    }),
});

/** Calls `action` every `ms`, at least a second apart, without keeping the process alive. Returns the stop. */
export function every(ms: number, action: () => void): () => void {
  let stopped = false;
  const next = () => {
    after(Math.max(1000, ms), () => {
      if (stopped) return;
      next(); // first, so that an action that throws does not end the row
      action();
    });
  };
  next();
  return () => stopped = true;
}
