/**
 * `agent-console hook AGENT`: sends an agent's event from stdin to the daemon. The fast path: it imports nothing from
 * npm.
 *
 * It never makes the agent fail or wait: in every case it exits 0, prints nothing but a response that the daemon gave,
 * and ends within its budget. Only while the daemon has an open approval does it wait, as long as the daemon said. An
 * event that no daemon takes is spooled, and a separate process starts a daemon without being waited for. One that hangs
 * costs one hook its wait; a marker beside the spooled event keeps the next ones from waiting, until it answers.
 */
import { type DaemonEndpoint, resolveOwnHome } from "../config/endpoint.ts";
import { repositoryConfigText } from "../config/repository_file.ts";
import { workspaceText } from "../config/workspace_file.ts";
import { denoFiles, isNotCapable, isNotFound } from "../platform/deno_files.ts";
import { clientEnv } from "../platform/environment.ts";
import { envFlag, homePaths } from "../platform/home_paths.ts";
import { env, spawn } from "../platform/process.ts";
import type { ThisProgram } from "../platform/program.ts";
import { homeLaunchers, START_EVENT_ENV, startArgs } from "../platform/home_launchers.ts";
import { readStdin, writeStdout } from "../platform/stdio.ts";
import { daemonEndpoint, deliverReport, type Delivery, forwardedEnv } from "./deliver_report.ts";
import { connect } from "./dial.ts";
import { truncatePayload } from "../protocol/truncate_payload.ts";
import { claimStart, isHung, markHung, type Spooled, spoolEvent, unmarkHung } from "../platform/spool.ts";

/** What a hook may take of its agent's time, ms. */
export interface HookBudgets {
  readonly stdinMs: number;
  readonly connectMs: number;
  /** For the first delivery, and for what is left of it the second. */
  readonly deliverMs: number;
  /** The same for an event that only reports: nobody would see a response. */
  readonly reportMs: number;
  /** For the second delivery, whatever the first has taken: a daemon that has just come up answers sooner. */
  readonly leastMs: number;
}

/** Agents give hooks seconds; people notice tenths. No argument and no variable changes them: an agent sets both. */
export const HOOK_BUDGETS: HookBudgets = Object.freeze({
  stdinMs: 1000,
  connectMs: 200,
  deliverMs: 600,
  reportMs: 300,
  leastMs: 100,
});
/** Payloads over this are dropped unread, bytes. */
const MAX_STDIN = 32 * 1_048_576;
/** A start that another hook began less than this ago will take up our event too, ms. */
const START_TAKES_MS = 3000;

/** Finds out whether anybody listens, where the last daemon hung, ms: it would connect us at once. */
const LOOK_MS = 50;

/** What the stub knows of an event: it only reports, or the daemon did not reply to the stub in time. */
export type HookWord = "report" | "hung";

export interface HookOptions {
  readonly agent: string;
  readonly word?: HookWord | undefined;
  readonly home?: string | undefined;
  readonly program: ThisProgram;
  /** Others, and another stdin, are for tests that call this module. */
  readonly budgets?: HookBudgets;
  readonly read?: (maxBytes: number, signal: AbortSignal) => Promise<string | undefined>;
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

async function deliver(
  { agent, word, home, program, budgets = HOOK_BUDGETS, read = readStdin }: HookOptions,
): Promise<void> {
  const { stdinMs, connectMs, leastMs } = budgets;
  const deliverMs = word === "report" ? budgets.reportMs : budgets.deliverMs;
  const payload = await read(MAX_STDIN, AbortSignal.timeout(stdinMs));
  if (payload === undefined || payload.trim() === "") return;
  const root = resolveOwnHome(home);
  const paths = homePaths(root);
  // The workspace's configuration can make the policy stricter; the daemon evaluates it. The sandbox grants the
  // relative path.
  const workspaceConfig = workspaceText(denoFiles, ".", paths.configJsonc);
  const event: Spooled = {
    agent,
    ...truncatePayload(payload),
    ...(workspaceConfig === undefined ? {} : { workspaceConfig }),
    // What git would run by itself; of other calls nobody asks.
    ...(payload.includes("git ") ? { repositoryConfig: repositoryConfigText(denoFiles, folderOf(payload)) } : {}),
    env: forwardedEnv(),
    idempotencyKey: newKey(),
  };
  const where = daemonEndpoint(paths);
  if (word === "hung" || (isHung(denoFiles, paths) && await somebodyListens(where))) {
    spoolEvent(denoFiles, paths, event, Date.now());
    return markHung(denoFiles, paths);
  }
  const output = (value: unknown) => writeStdout(JSON.stringify(value) + "\n");
  const sending: Delivery = { kind: "hook", connectMs, deliverMs, output };
  const begun = performance.now();
  const first = await deliverReport(where, event, sending);
  if (first === "delivered") return;
  const spooled = spoolEvent(denoFiles, paths, event, Date.now());
  // A daemon runs and will read the spool: another call would cost the agent the same time again.
  if (first === "silent") return markHung(denoFiles, paths);
  if (first === "refused") return;
  // The daemon may have come up between our first try and the file: then nobody would look at the spool for a while.
  const leftMs = deliverMs - (performance.now() - begun);
  const second = await deliverReport(where, event, { ...sending, deliverMs: Math.max(leastMs, leftMs) });
  if (second === "delivered") return denoFiles.remove(`${paths.spool}/${spooled}`);
  if (second === "refused" || second === "silent") return;
  if (envFlag(env("AGENT_CONSOLE_NO_START")) || denoFiles.stat(paths.stopped) !== undefined) return;
  if (!claimStart(denoFiles, paths, Date.now(), START_TAKES_MS)) return;
  startDaemon(root, program, event.idempotencyKey);
}

/** False, and the marker gone, where the daemon that hung has ended. */
async function somebodyListens(where: DaemonEndpoint): Promise<boolean> {
  try {
    const socket = await connect(denoFiles, where, AbortSignal.timeout(LOOK_MS));
    socket?.close();
    if (socket === undefined) unmarkHung(denoFiles, where.paths);
    return socket !== undefined;
  } catch {
    return true; // its line is full
  }
}

/**
 * By the launcher, the only program that an installed hook may run. Where there is none, a hook outside of any sandbox
 * starts the program itself. The daemon is told which event it was started for: this hook and its agent live where it
 * does, in one pid namespace.
 */
function startDaemon(root: string, program: ThisProgram, eventKey: string): void {
  const forEvent = { [START_EVENT_ENV]: eventKey };
  const start = (argv: readonly string[], env: Readonly<Record<string, string>>) => {
    const streams = { stdin: "null", stdout: "null", stderr: "null" } as const;
    spawn(argv, { detached: true, ...streams, env, cwd: "/" }).unref();
  };
  const launchers = homeLaunchers(root);
  // A hook of an earlier version may run the one that it knew, and no other.
  for (const launcher of launchers === undefined ? [] : [launchers.start, launchers.formerStart]) {
    try {
      return start([launcher], forEvent);
    } catch (error) {
      if (!isNotFound(error) && !isNotCapable(error)) throw error;
    }
  }
  start([...program.client, ...startArgs(root)], { ...clientEnv(), ...forEvent });
}

/**
 * The folder that the event is about. Our own may be another one; the sandbox then refuses to read that one, and its
 * settings are not known.
 */
function folderOf(payload: string): string {
  const { cwd } = JSON.parse(payload) as { readonly cwd?: unknown };
  return typeof cwd === "string" && cwd.startsWith("/") ? cwd : "";
}

function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
