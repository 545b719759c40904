/** What became of the start of a capsule that was just granted. */
import { systemClock } from "../platform/clock.ts";
import { sleep } from "../platform/delay.ts";

/** Longer than a capsule may take to start, ms. */
const START_MS = 10_000;
/** Between two looks at one that starts, ms. */
const LOOK_MS = 200;

/**
 * Asks until its start is over, or has taken too long. A grant is answered when it runs or has failed; one that failed may be
 * starting again by the time that we ask, and that state does not say that it failed.
 *
 * @throws what `ask` throws; the signal's reason
 */
export async function untilStarted<T extends { readonly state: string }>(
  ask: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const until = systemClock.steady() + START_MS;
  for (;;) {
    const told = await ask();
    if (told.state !== "starting" || systemClock.steady() >= until) return told;
    await sleep(LOOK_MS, signal);
  }
}
