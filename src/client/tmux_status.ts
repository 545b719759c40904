/**
 * `agent-console tmux status`: who needs you, as one short segment of tmux's status line. tmux runs it every few seconds: it
 * loads little beside what hooks load, never starts a daemon, and prints nothing where it cannot know.
 */
import type { SessionView } from "../domain/query.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { writeStdout } from "../platform/stdio.ts";
import { JsonRpcPeer, NO_ANSWER } from "../rpc/json_rpc_peer.ts";
import { LineChannel } from "../rpc/line_channel.ts";
import { sessionCounts } from "../view/state_counts.ts";
import type { Tone } from "../view/states.ts";
import { connect, ownHello, readToken } from "./dial.ts";
import { type ClientContext, clientContext, contextEndpoint, type ContextOptions } from "./endpoint.ts";

/** A status line that is late is no use, ms. */
const STATUS_MS = 1000;
/** Those who need somebody come first; who has more of them sees that there are many. */
const MAX_ROWS = 500;
const MAX_BYTES = 16 * 1_048_576;
const READ_BYTES = 65_536;

/** @returns the exit code, which is 0 whatever happens: a status line shows no errors */
export async function runTmuxStatus(options: ContextOptions): Promise<0> {
  try {
    await printTmuxStatus(clientContext(options));
  } catch {
    // no home, or none that is safely ours
  }
  return 0;
}

/** Never throws. */
export async function printTmuxStatus(context: ClientContext): Promise<void> {
  try {
    const sessions = await openSessions(context, AbortSignal.timeout(STATUS_MS));
    const segment = tmuxSegment(sessions ?? []);
    if (segment !== "") writeStdout(`${segment}\n`);
  } catch {
    // A daemon that stops or hangs; the next look is soon.
  }
}

/** Hello and the question in one go. Undefined where no daemon listens. */
async function openSessions(context: ClientContext, signal: AbortSignal): Promise<readonly SessionView[] | undefined> {
  const socket = await connect(denoFiles, contextEndpoint(context), signal);
  if (socket === undefined) return undefined;
  const rpc = new JsonRpcPeer({
    channel: new LineChannel({ socket, maxBytes: MAX_BYTES, readBytes: READ_BYTES, outlivesWrites: true }),
    otherEnd: "the daemon",
    handle: () => NO_ANSWER,
    onInvalid: () => rpc.close(),
    onTooLarge: () => rpc.close(),
    onHangUp: () => rpc.close(),
    onEnd: () => {},
  });
  try {
    const [, listed] = await Promise.all([
      rpc.request("hello", ownHello("tmux", readToken(denoFiles, context.paths)), signal),
      rpc.request("session.list", { limit: MAX_ROWS }, signal),
    ]);
    return (listed as { readonly sessions: readonly SessionView[] }).sessions;
  } finally {
    rpc.close();
  }
}

/** The tones of states that are shown, in tmux's words for them. */
const TONE_STYLES: Readonly<Partial<Record<Tone, string>>> = {
  attention: "#[fg=yellow,bold]",
  danger: "#[fg=red,bold]",
  good: "#[fg=green]",
};

/** `▲2 ✖1 ●3`, without what is 0; empty where nobody waits, failed or works. */
export function tmuxSegment(sessions: readonly Pick<SessionView, "status" | "lost">[]): string {
  return sessionCounts(sessions).flatMap(({ tone, short }) => {
    const style = TONE_STYLES[tone];
    return style === undefined ? [] : [`${style}${short}#[default]`];
  }).join(" ");
}
