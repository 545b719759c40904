/**
 * `agent-console hook AGENT`: an agent's event from stdin to the daemon. The fast path: it imports nothing from npm.
 *
 * It never makes the agent fail or wait: whatever happens it prints nothing, exits 0 and is done within its budget.
 * An event that no daemon takes is spooled, and a daemon is started by a process of its own that nobody waits for.
 */
import { HOOK_ENV, PARENT_PID } from "../agents/hook_env.ts";
import { homeHere, type Where } from "../config/places.ts";
import { encodeLine } from "../protocol/envelope.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { absolute, homePaths, isOn } from "../platform/home.ts";
import { currentFolder, env, ownUid, parentPid, spawn } from "../platform/process.ts";
import type { ThisProgram } from "../platform/program.ts";
import type { Socket } from "../platform/sockets.ts";
import { readStdin } from "../platform/stdio.ts";
import { connect, helloLine, socketPathOf, writeAll } from "./dial.ts";
import { shrink } from "./shrink.ts";
import { claimStart, spool, type Spooled } from "../platform/spool.ts";

/** Time for connecting, and for the whole delivery, ms. Agents give hooks seconds; people notice tenths. */
const CONNECT_MS = 200;
const DELIVER_MS = 600;
const STDIN_MS = 1000;
/** Payloads over this are dropped unread, bytes. */
const MAX_STDIN = 32 * 1_048_576;
/** A start that another hook began less than this ago will take up our event too, ms. */
const START_TAKES_MS = 3000;

/** Errors of a daemon that would take the same event later: busy, stopping, read_only (protocol/errors.ts). */
const LATER = /"error":\{"code":(?:1005|1007|1011),/;

export interface HookOptions {
  readonly agent: string;
  readonly home?: string | undefined;
  readonly program: ThisProgram;
}

/** Never throws; always returns 0, the exit code. */
export async function runHook(options: HookOptions): Promise<0> {
  try {
    await deliver(options);
  } catch {
    // H1: a hook's own trouble is never the agent's.
  }
  return 0;
}

async function deliver({ agent, home, program }: HookOptions): Promise<void> {
  const payload = await readStdin(MAX_STDIN, AbortSignal.timeout(STDIN_MS));
  if (payload === undefined || payload.trim() === "") return;
  const root = homeHere(home);
  const paths = homePaths(root);
  const event: Spooled = {
    agent,
    event: shrink(payload),
    env: {
      ...Object.fromEntries(HOOK_ENV.flatMap((name) => {
        const value = env(name);
        return value === undefined ? [] : [[name, value.slice(0, 1024)]];
      })),
      [PARENT_PID]: String(parentPid()),
    },
    idempotencyKey: newKey(),
  };
  const named = env("AGENT_CONSOLE_SOCKET");
  const where: Where = {
    paths,
    socketPath: named ? absolute(named, currentFolder()) : socketPathOf(denoFiles, paths),
    uid: ownUid(),
  };
  const first = await send(where, event);
  if (first === "delivered") return;
  const spooled = spool(denoFiles, paths, event, Date.now());
  // One that took the connection and did not answer runs: asked again, it would cost the agent the same time again.
  if (first === "hung") return;
  // The daemon may have come up between our first try and the file: then nobody would look at the spool for a while.
  if (await send(where, event) === "delivered") return denoFiles.remove(`${paths.spool}/${spooled}`);
  if (isOn(env("AGENT_CONSOLE_NO_START"))) return;
  if (!claimStart(denoFiles, paths, Date.now(), START_TAKES_MS)) return;
  spawn([...program.client, "--home", root, "daemon", "start", "--quiet", "--auto"], {
    detached: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).unref();
}

/** Hello and report in one write; done when the second answer's line has arrived. */
async function send(where: Where, event: Spooled): Promise<"delivered" | "undelivered" | "hung"> {
  let socket: Socket | undefined;
  const deadline = AbortSignal.timeout(DELIVER_MS);
  try {
    socket = await connect(denoFiles, where, AbortSignal.timeout(CONNECT_MS));
    if (socket === undefined) return "undelivered";
    const open = socket;
    deadline.addEventListener("abort", () => close(open), { once: true });
    const hello = helloLine(1, "hook");
    const report = encodeLine({ jsonrpc: "2.0", id: 2, method: "session.report", params: event });
    const both = new Uint8Array(hello.length + report.length);
    both.set(hello);
    both.set(report, hello.length);
    await writeAll(socket, both);
    return await taken(socket) ? "delivered" : "undelivered";
  } catch (error) {
    if ((error as { kind?: unknown }).kind === "unsafe_path") throw error;
    return deadline.aborted ? "hung" : "undelivered";
  } finally {
    if (socket !== undefined) close(socket);
  }
}

/** An error answer is an answer too, unless the daemon says that it takes nothing now: then the spool keeps the event. */
async function taken(socket: Socket): Promise<boolean> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(4096);
  for (let text = "";;) {
    const size = await socket.read(buffer);
    if (size === null) return false;
    text += decoder.decode(buffer.subarray(0, size), { stream: true });
    const [, answer, end] = text.split("\n");
    if (answer !== undefined && end !== undefined) return !LATER.test(answer);
  }
}

function close(socket: Socket): void {
  try {
    socket.close();
  } catch {
    // Closed by the deadline.
  }
}

function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
