/** What every form of the demo does: it waits for its window, reports the story's events, and says what it does. */
import { eventually } from "./harness_wait.ts";
import { type Act, reportOf } from "./story.ts";
import type { RawClient } from "./wire.ts";

/** For the request of a hook to be there, ms. */
const REQUEST_MS = 10_000;
/** For a window to be there, ms. */
const WINDOW_MS = 10_000;

/** How the demo is played. */
export interface DemoForm {
  /** Time between two events of the story. */
  readonly paceMs: number;
  /** The dashboard is open for at most this long. */
  readonly longestMs: number;
  readonly signal: AbortSignal;
}

/** Reports one event of the story; a request stays open as long as the client is connected. */
export async function report(client: RawClient, act: Act): Promise<void> {
  const { approval } = await client.request("session.report", { ...reportOf(act) });
  if (approval === undefined) return;
  // Without an answer it ends with the connection, which is no error here.
  void client.call("approval.wait", { id: (approval as { id: string }).id }).catch(() => {});
}

/**
 * Holds the story's requests for as long as `reader` is connected: a window is greeted before it says that somebody is
 * there to answer, and a request that comes in between would be held for nobody.
 *
 * @returns the number of the last event before the story, behind which a window misses none of it however late it asks
 */
export async function holdRequests(reader: RawClient): Promise<number> {
  reader.onNotification = () => {};
  const { seq } = await reader.request("subscribe", { topics: ["approval"], answers: true });
  return Number(seq);
}

/** Waits until a window is there. @throws the signal's reason */
export async function windowOpened(client: RawClient, signal: AbortSignal): Promise<void> {
  await eventually(
    async () => {
      if (signal.aborted) return true;
      const { clients } = await client.request("status");
      const { cli = 0, tui = 0 } = (clients as { byKind: Record<string, number> }).byKind;
      return cli + tui > 0;
    },
    WINDOW_MS,
    "the window of the demo",
  );
  signal.throwIfAborted();
}

/** Waits for the open request of an act; gives its id. @throws the signal's reason */
export async function requestOf(reader: RawClient, act: Act, signal: AbortSignal): Promise<string> {
  const sessionId = reportOf(act).event["session_id"];
  const id = await eventually(
    async () => {
      if (signal.aborted) return "none";
      const { approvals } = await reader.request("approval.list");
      return (approvals as { id: string; sessionId: string }[]).find((one) => one.sessionId === sessionId)?.id;
    },
    REQUEST_MS,
    `the request of ${act.session}`,
  );
  signal.throwIfAborted();
  return id;
}

/** A line for the viewer. */
export function say(text: string): void {
  try {
    Deno.stderr.writeSync(new TextEncoder().encode(`demo: ${text}\n`));
  } catch {
    // Its terminal was closed: what it has begun is ended all the same.
  }
}
