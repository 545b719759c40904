/**
 * One report to the daemon, by a process that lives for nothing else: the hook and the status line. Nothing from npm.
 */
import { HOOK_ENV } from "../agents/hook_env.ts";
import { PARENT_PID } from "../agents/shared/hook_env.ts";
import type { DaemonEndpoint } from "../config/endpoint.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { type HomePaths, resolveFrom } from "../platform/home_paths.ts";
import { currentFolder, env, ownUid, parentPid } from "../platform/process.ts";
import type { Socket } from "../platform/sockets.ts";
import { JsonRpcPeer, NO_ANSWER } from "../rpc/json_rpc_peer.ts";
import { LineChannel } from "../rpc/line_channel.ts";
import { onParentEnd } from "./parent_watch.ts";
import { connect, ownHello, socketPathOf } from "./dial.ts";

export interface Delivery {
  /** What the client calls itself in hello. */
  readonly kind: string;
  /** Time for connecting, and for the whole delivery, ms. */
  readonly connectMs: number;
  readonly deliverMs: number;
  /**
   * Prints the response for the agent; false where nobody reads it any more. Without it no human is waited for; with it
   * the wait is as long as the daemon says.
   */
  readonly output?: (output: unknown) => boolean;
  /** How much longer than the daemon said an answer is waited for, ms; {@link WAIT_SLACK_MS} where it is not given. */
  readonly slackMs?: number;
}

/** The daemon replies by its own deadline; one that hangs must not block the agent much longer, ms. */
const WAIT_SLACK_MS = 2000;

/** What the acknowledgement of a decision may take, ms. */
const ACKNOWLEDGE_MS = 200;

/** Errors of a daemon that would take the same event later. Where all places are taken that is said at once. */
const LATER: readonly string[] = ["busy", "read_only"];
/** Errors that say nothing of the report: the connection ended before it was taken, or a successor will take it. */
const UNREACHED: readonly string[] = ["disconnected", "hello_required", "stopping", "version_mismatch"];
/** Longest reply, bytes. */
const MAX_ANSWER_BYTES = 16 * 1_048_576;
const READ_BYTES = 4096;

/** Where the daemon of this home listens: as the flag or the environment says, or as the daemon itself does. */
export function daemonEndpoint(paths: HomePaths, socketFlag?: string): DaemonEndpoint {
  const named = socketFlag || env("AGENT_CONSOLE_SOCKET");
  return {
    paths,
    socketPath: named ? resolveFrom(named, currentFolder()) : socketPathOf(denoFiles, paths),
    uid: ownUid(),
  };
}

/** The values of the environment that go along with a report, and who started us. */
export function forwardedEnv(): Record<string, string> {
  return {
    ...Object.fromEntries(HOOK_ENV.flatMap((name) => {
      const value = permittedEnv(name);
      return value === undefined ? [] : [[name, value.slice(0, 1024)]];
    })),
    [PARENT_PID]: String(parentPid()),
  };
}

/** Undefined, too, where the command that an earlier version installed does not let us read it. */
function permittedEnv(name: string): string | undefined {
  try {
    return env(name);
  } catch {
    return undefined;
  }
}

/**
 * The result of a report. `undelivered`: no daemon, or a stopping one. `refused`: a daemon runs and said that it does not
 * take it now. `silent`: something listens, and did not reply in time.
 */
type Outcome = "delivered" | "undelivered" | "refused" | "silent";

/**
 * Sends hello and `session.report` in one write; delivered when the report has its reply.
 *
 * @throws {ConsoleError} `unsafe_path`: no byte was sent
 */
export async function deliverReport(
  where: DaemonEndpoint,
  params: object,
  { kind, connectMs, deliverMs, output, slackMs = WAIT_SLACK_MS }: Delivery,
): Promise<Outcome> {
  let peer: JsonRpcPeer | undefined;
  try {
    const socket = await connect(denoFiles, where, AbortSignal.timeout(connectMs));
    if (socket === undefined) return "undelivered";
    peer = talk(socket);
    const inTime = AbortSignal.timeout(deliverMs);
    const hello = { ...ownHello(kind), ...(output === undefined ? {} : { acknowledges: true }) };
    const greeted = peer.request("hello", hello, inTime);
    const reported = peer.request("session.report", params, inTime);
    greeted.catch(() => {}); // the report meets the same end
    let answer: ReportReply;
    try {
      answer = await reported as ReportReply;
    } catch (error) {
      return outcomeOf(error, inTime);
    }
    if (output !== undefined) await printResponse(peer, answer, output, slackMs).catch(() => {}); // lost on the way: no decision
    return "delivered";
  } catch (error) {
    if ((error as { kind?: unknown }).kind === "unsafe_path") throw error;
    return "undelivered";
  } finally {
    peer?.close();
  }
}

function talk(socket: Socket): JsonRpcPeer {
  const peer: JsonRpcPeer = new JsonRpcPeer({
    channel: new LineChannel({ socket, maxBytes: MAX_ANSWER_BYTES, readBytes: READ_BYTES, outlivesWrites: true }),
    otherEnd: "the daemon",
    handle: () => NO_ANSWER,
    onInvalid: () => {}, // what is no reply is skipped, until the deadline
    onTooLarge: () => peer.close(),
    onHangUp: () => peer.close(),
    onEnd: () => {},
  });
  return peer;
}

function outcomeOf(error: unknown, inTime: AbortSignal): Outcome {
  if (inTime.aborted && error === inTime.reason) return "silent";
  const { kind } = error as { readonly kind?: string };
  if (kind === undefined || UNREACHED.includes(kind)) return "undelivered";
  // Any other error is a reply too; the spool keeps only what the daemon may take later.
  return LATER.includes(kind) ? "refused" : "delivered";
}

interface ReportReply {
  readonly output?: unknown;
  readonly approval?: { readonly id: string; readonly waitMs: number };
}

/** Prints the response for the agent: at once, or after the human decided. */
async function printResponse(
  peer: JsonRpcPeer,
  answer: ReportReply,
  print: (output: unknown) => boolean,
  slackMs: number,
): Promise<void> {
  const { output, approval } = answer;
  if (output !== undefined) return void print(output);
  if (approval === undefined) return;
  const inTime = AbortSignal.timeout(approval.waitMs + slackMs);
  const endWatch = onParentEnd(() => peer.close()); // nobody is left who would read it
  const waiting = peer.request("approval.wait", { id: approval.id }, inTime).finally(endWatch);
  const decided = await waiting as ReportReply;
  if (decided.output === undefined) return;
  const written = print(decided.output);
  // The agent has its answer and waits for our end: a daemon of another version, or one that hangs, must not delay that.
  await peer.request("approval.delivered", { id: approval.id, written }, AbortSignal.timeout(ACKNOWLEDGE_MS));
}
