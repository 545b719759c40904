/**
 * One report to the daemon, by a process that lives for nothing else: the hook and the status line. Nothing from npm.
 */
import { HOOK_ENV, PARENT_PID } from "../agents/shared/hook_env.ts";
import type { DaemonEndpoint } from "../config/endpoint.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { type HomePaths, resolveFrom } from "../platform/home.ts";
import { currentFolder, env, ownUid, parentPid } from "../platform/process.ts";
import type { Socket } from "../platform/sockets.ts";
import { encodeLine } from "../protocol/envelope.ts";
import { connect, helloLine, socketPathOf, writeAll } from "./dial.ts";

export interface Delivery {
  /** What the client calls itself in hello. */
  readonly kind: string;
  /** Time for connecting, and for the whole delivery, ms. */
  readonly connectMs: number;
  readonly deliverMs: number;
  /**
   * Prints what the daemon answers for the agent. Without it nobody waits for a human; with it an approval is waited for
   * as long as the daemon says.
   */
  readonly output?: (output: unknown) => void;
}

/** The daemon answers by its deadline; one that hangs must not hold the agent much longer, ms. */
const WAIT_SLACK_MS = 2000;

/** Errors of a daemon that would take the same event later: busy, read_only (protocol/errors.ts). */
const LATER = /"error":\{"code":(?:1005|1011),/;
/** The error of one whose successor will take it: stopping. */
const LEAVING = /"error":\{"code":1007,/;

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
      const value = env(name);
      return value === undefined ? [] : [[name, value.slice(0, 1024)]];
    })),
    [PARENT_PID]: String(parentPid()),
  };
}

/**
 * What became of a report. `undelivered`: nobody is there, or is leaving. `refused`: a daemon runs and did not take it; it
 * said so, or nothing in time.
 */
type Outcome = "delivered" | "undelivered" | "refused";

/**
 * Hello and `session.report` in one write; delivered when the second answer's line has arrived.
 *
 * @throws {ConsoleError} `unsafe_path`: no byte was sent
 */
export async function deliverReport(
  where: DaemonEndpoint,
  params: object,
  { kind, connectMs, deliverMs, output }: Delivery,
): Promise<Outcome> {
  let socket: Socket | undefined;
  let state: Outcome = "undelivered";
  try {
    socket = await connect(denoFiles, where, AbortSignal.timeout(connectMs));
    if (socket === undefined) return state;
    const lines = new Lines(socket);
    const inTime = lines.within(deliverMs, () => state = "refused");
    const hello = helloLine(1, kind);
    const report = encodeLine({ jsonrpc: "2.0", id: 2, method: "session.report", params });
    const both = new Uint8Array(hello.length + report.length);
    both.set(hello);
    both.set(report, hello.length);
    await writeAll(socket, both).catch(() => {}); // what it said before it hung up can be read
    const greeting = await lines.next();
    // Where all places are taken that is said at once, and nothing after it.
    const answer = LATER.test(greeting ?? "") ? greeting : await lines.next();
    inTime();
    if (answer === undefined || LEAVING.test(answer)) return state;
    // An error answer is an answer too, unless the daemon says that it takes nothing now: then the spool keeps the event.
    if (LATER.test(answer)) return state = "refused";
    state = "delivered";
    if (output !== undefined) await answerAgent(socket, lines, answer, output);
    return state;
  } catch (error) {
    if ((error as { kind?: unknown }).kind === "unsafe_path") throw error;
    return state;
  } finally {
    if (socket !== undefined) close(socket);
  }
}

interface Answer {
  readonly output?: unknown;
  readonly approval?: { readonly id: string; readonly waitMs: number };
}

/** What the daemon answers for the agent: at once, or after the human was asked. Lost on the way, it is no decision. */
async function answerAgent(
  socket: Socket,
  lines: Lines,
  answer: string,
  print: (output: unknown) => void,
): Promise<void> {
  // Most answers hold neither, and are not worth parsing.
  if (!/"(?:output|approval)":/.test(answer)) return;
  const { output, approval } = resultOf(answer);
  if (output !== undefined) return print(output);
  if (approval === undefined) return;
  const inTime = lines.within(approval.waitMs + WAIT_SLACK_MS, () => {});
  await writeAll(socket, encodeLine({ jsonrpc: "2.0", id: 3, method: "approval.wait", params: { id: approval.id } }));
  const decided = await lines.next();
  inTime();
  const late = decided === undefined ? undefined : resultOf(decided).output;
  if (late !== undefined) print(late);
}

function resultOf(line: string): Answer {
  return (JSON.parse(line) as { readonly result?: Answer }).result ?? {};
}

/** The daemon's lines, one after the other. */
class Lines {
  #socket: Socket;
  #decoder = new TextDecoder();
  #buffer = new Uint8Array(4096);
  #text = "";

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Closes the socket after `ms`, which ends every read, unless the returned function was called before. */
  within(ms: number, late: () => void): () => void {
    const signal = AbortSignal.timeout(ms);
    const onAbort = () => {
      late();
      close(this.#socket);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    return () => signal.removeEventListener("abort", onAbort);
  }

  /** Undefined where the daemon says no more. */
  async next(): Promise<string | undefined> {
    for (;;) {
      const end = this.#text.indexOf("\n");
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        return line;
      }
      const size = await this.#socket.read(this.#buffer);
      if (size === null) return undefined;
      this.#text += this.#decoder.decode(this.#buffer.subarray(0, size), { stream: true });
    }
  }
}

function close(socket: Socket): void {
  try {
    socket.close();
  } catch {
    // Closed by the deadline.
  }
}
