/** Much output on stdout, in bytes. Apart from the other streams, because the hook's fast path imports those. */
import { sleep } from "./delay.ts";

/** Between two tries at a pipe that is full and does not block, ms. */
const FULL_PIPE_MS = 10;

/**
 * Writes all of `bytes` to stdout, however slow its reader is: a signal still ends the program meanwhile. False where the
 * reader is gone.
 */
export async function writeStdoutBytes(bytes: Uint8Array, signal: AbortSignal): Promise<boolean> {
  for (let at = 0; at < bytes.length;) {
    signal.throwIfAborted();
    try {
      at += await Deno.stdout.write(bytes.subarray(at));
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) return false;
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      await sleep(FULL_PIPE_MS, signal);
    }
  }
  return true;
}
