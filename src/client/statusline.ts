/**
 * `agent-console statusline [-- CMD ARGS…]`: the tee for an agent's status line. What follows `--` is run as argv,
 * without a shell (a shell line is `-- /bin/sh -c 'LINE'`, as `hooks install` writes it): it starts at once, gets the same
 * bytes on stdin, inherits our stdout and stderr, and its exit code is ours. At the same time a report goes to the
 * daemon.
 *
 * A fast path like the hook's: nothing from npm. An undelivered report is dropped, because the next one follows soon.
 */
import { ObjectEnd } from "../lib/object_end.ts";
import { isFields } from "../lib/json_fields.ts";
import { statusline } from "../agents/statusline.ts";
import { resolveOwnHome } from "../config/endpoint.ts";
import { denoFiles, isNotFound } from "../platform/deno_files.ts";
import { homePaths } from "../platform/home_paths.ts";
import { takeKeptEnv } from "../platform/environment.ts";
import { type Child, currentFolder, onSignal, spawn } from "../platform/process.ts";
import { stdinChunks, writeStderr, writeStdout } from "../platform/stdio.ts";
import { branchOf } from "./git_branch.ts";
import { daemonEndpoint, deliverReport, type Delivery, forwardedEnv } from "./deliver_report.ts";
import { truncatePayload } from "../protocol/truncate_payload.ts";

/** From the payload's end; the user's command is outlived by no more than that. */
const SENDING: Delivery = { kind: "statusline", connectMs: 200, deliverMs: 300 };
/** Where no command decides how long we live: an agent writes its payload at once. */
const STDIN_MS = 1000;
/** Payloads over this are handed on and not reported, bytes. */
const MAX_STDIN = 4 * 1_048_576;

export interface StatuslineOptions {
  /** The user's own command as argv; empty where there is none: then a line of ours is printed. */
  readonly command: readonly string[];
  readonly home?: string | undefined;
  readonly socket?: string | undefined;
}

/** @returns the exit code: the command's own, 127 or 126 where it cannot be run (as in a shell), 0 without one */
export async function runStatusline(options: StatuslineOptions): Promise<number> {
  const { command } = options;
  if (command.length === 0) {
    const event = eventOf(await Promise.race([payload(), pause(STDIN_MS)]));
    const text = statusline.text(event ?? branchHere());
    if (text !== "") writeStdout(`${text}\n`);
    await report(event, options);
    return 0;
  }
  const user = begin(command);
  const reported = payload(user.stdin).then((text) => report(eventOf(text), options)).catch(() => {});
  const code = await user.ended;
  if (!user.cut()) await Promise.race([reported, pause(SENDING.deliverMs)]);
  return code;
}

interface UserCommand {
  /** Resolves with the exit code. */
  readonly ended: Promise<number>;
  /** Takes what is written, also after the command has closed it. */
  readonly stdin: ((bytes: Uint8Array | null) => Promise<void>) | undefined;
  /** Whether the agent wants neither of us any more: it cuts a status line off when the next one is due. */
  readonly cut: () => boolean;
}

function begin(command: readonly string[]): UserCommand {
  let child: Child | undefined;
  let cut = false;
  // Heard before the command runs: a signal that came in between would end us alone.
  onSignal("SIGTERM", () => {
    cut = true;
    try {
      child?.kill("SIGTERM");
    } catch {
      // It has ended already.
    }
  });
  try {
    child = spawn(command, {
      detached: false,
      stdin: "piped",
      stdout: "inherit",
      stderr: "inherit",
      env: takeKeptEnv(),
      inherits: true,
    });
    const writer = child.stdin?.getWriter();
    const stdin = async (bytes: Uint8Array | null) => {
      try {
        await (bytes === null ? writer?.close() : writer?.write(bytes));
      } catch {
        // A command need not read its stdin.
      }
    };
    return { ended: child.ended, stdin, cut: () => cut };
  } catch (error) {
    const missing = isNotFound(error);
    const why = missing ? "command not found" : "cannot be run";
    writeStderr(`agent-console: ${command[0]}: ${why}\n`);
    return { ended: Promise.resolve(missing ? 127 : 126), stdin: undefined, cut: () => false };
  }
}

/** All of stdin as text, handed on as it comes; undefined where it is too long to be a payload. */
async function payload(stdin?: UserCommand["stdin"]): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  const object = new ObjectEnd();
  let size = 0;
  let handed: Promise<void> | undefined;
  for await (const chunk of stdinChunks()) {
    size += chunk.length;
    handed = stdin?.(chunk);
    if (size <= MAX_STDIN) chunks.push(chunk);
    // Not a payload: from here on at the pace of who reads it, else all of it would be in memory.
    else await handed;
    if (object.endsIn(chunk)) break; // an agent may leave the pipe open
  }
  // Behind what was written: the stream keeps the order.
  stdin?.(null);
  if (size > MAX_STDIN) return undefined;
  const decoder = new TextDecoder();
  return chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join("") + decoder.decode();
}

/** The payload with what the daemon must know beside it; undefined where it is no JSON object. */
function eventOf(text: string | undefined | void): Readonly<Record<string, unknown>> | undefined {
  const event = text === undefined ? undefined : truncatePayload(text).event;
  if (!isFields(event)) return undefined;
  const { cwd } = event;
  const branch = branchOf(denoFiles, typeof cwd === "string" ? cwd : currentFolder());
  return { ...event, hook_event_name: statusline.event, ...(branch === undefined ? {} : { git_branch: branch }) };
}

function branchHere(): Readonly<Record<string, unknown>> {
  const branch = branchOf(denoFiles, currentFolder());
  return branch === undefined ? {} : { git_branch: branch };
}

/** Never rejects: the daemon's trouble is not the status line's. */
async function report(
  event: Readonly<Record<string, unknown>> | undefined,
  { home, socket }: StatuslineOptions,
): Promise<void> {
  if (event === undefined) return;
  try {
    const where = daemonEndpoint(homePaths(resolveOwnHome(home)), socket);
    await deliverReport(where, { agent: statusline.agent, event, env: forwardedEnv() }, SENDING);
  } catch {
    // No home, or one that is not safely ours: no daemon to report to.
  }
}

/** By a signal: the first `setTimeout` of a process loads 4 ms of Node's timers. */
function pause(ms: number): Promise<void> {
  const signal = AbortSignal.timeout(ms);
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
