/** One key from the keyboard, without Enter. */

/**
 * The first of `keys` that is pressed; other keys are ignored. Ctrl-C stays a signal. The terminal is given back as it
 * was, but the read itself goes on in the background: Deno cannot take it back, so the caller must end by `Deno.exit`.
 *
 * @throws the signal's reason
 */
export async function readKey(keys: readonly string[], signal: AbortSignal): Promise<string | undefined> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  Deno.stdin.setRaw(true, { cbreak: true });
  try {
    const buffer = new Uint8Array(64);
    for (;;) {
      const count = await Promise.race([Deno.stdin.read(buffer), aborted.promise]);
      if (count === null) return undefined;
      const key = [...new TextDecoder().decode(buffer.subarray(0, count))].find((one) => keys.includes(one));
      if (key !== undefined) return key;
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    Deno.stdin.setRaw(false);
  }
}
