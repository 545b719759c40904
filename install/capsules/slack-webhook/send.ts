/** One attempt to send a message to a webhook, and waits that end with a signal. */

/** Why a message was not taken. */
export interface SendProblem {
  readonly why: string;
  /** Another attempt would end the same way. */
  readonly isFinal: boolean;
  /** Slack asks for so long a wait. */
  readonly waitMs: number;
}

const ATTEMPT_MS = 10_000;
const MOST_WAIT_MS = 300_000;

/** Nothing in its problem has the URL in it: who knows that may write to the channel. @throws the signal's reason */
export async function sendMessage(url: URL, text: string, signal: AbortSignal): Promise<SendProblem | undefined> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ text }),
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]),
    });
    await response.body?.cancel();
    if (response.ok) return undefined;
    const { status, headers } = response;
    const waitMs = Math.min(Number(headers.get("retry-after") ?? 0) * 1000 || 0, MOST_WAIT_MS);
    return { why: `${url.host} answered ${status}`, isFinal: status < 500 && status !== 429, waitMs };
  } catch (error) {
    signal.throwIfAborted();
    const isClosed = error instanceof Deno.errors.NotCapable;
    const why = isClosed ? `${url.host} is not granted` : `${url.host} did not answer`;
    return { why, isFinal: isClosed, waitMs: 0 };
  }
}

/** @throws the signal's reason */
export function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), reject(signal.reason)), { once: true });
  });
}
