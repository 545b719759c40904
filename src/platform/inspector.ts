/** V8's debugger port. */
import { daemonTimers } from "./clock.ts";

/** The runtime opens the port at its own time after the signal: it is looked for so often and so long, ms. */
const LOOK = { every: 5, for: 1000 };

/** Shuts the inspector that a signal is about to open, as soon as it is open. Needs `sys=inspector`. */
export async function closeInspector(): Promise<void> {
  const inspector = await import("node:inspector");
  for (let waited = 0; waited < LOOK.for; waited += LOOK.every) {
    if (inspector.url() !== undefined) inspector.close();
    await daemonTimers.sleep(LOOK.every);
  }
}
