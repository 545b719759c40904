/** The delays of clients: they keep the process alive, because what waits in them has work left to do. */
import { delay } from "@std/async/delay";
import type { Timers } from "./system.ts";

/** Resolves after `ms`. @throws the signal's reason */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return delay(ms, signal === undefined ? {} : { signal });
}

export const systemTimers: Timers = Object.freeze({ sleep });
