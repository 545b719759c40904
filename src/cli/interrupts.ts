/** What signals mean to a process of the command line or of a window, while it runs one command. */
import { closeInspector } from "../platform/inspector.ts";
import { exit, onSignal } from "../platform/process.ts";
import { INTERRUPTED } from "./tree/shared.ts";

export interface Interrupts {
  /** Fires on Ctrl-C. */
  readonly signal: AbortSignal;
  /** From now on Ctrl-C is somebody else's affair. */
  readonly release: () => void;
}

/** After Ctrl-C a command gets this long to end in its own way, ms. */
const GRACE_MS = 500;

export function takeInterrupts(): Interrupts {
  const interrupt = new AbortController();
  const release = onSignal("SIGINT", () => {
    if (interrupt.signal.aborted) exit(INTERRUPTED);
    interrupt.abort(new Error("interrupted"));
    setTimeout(() => exit(INTERRUPTED), GRACE_MS);
  });
  // Deno opens the V8 inspector on this signal, a door into a process that may do everything (A6). Costs 0.01 ms.
  onSignal("SIGUSR1", () => void closeInspector());
  return { signal: interrupt.signal, release };
}
