/**
 * `agent-console hook AGENT`: an agent's event from stdin to the daemon. The fast path: it imports nothing from npm.
 *
 * It never makes the agent fail or wait: whatever happens it exits 0, prints nothing but an answer that the daemon gave,
 * and is done within its budget; only while the daemon holds an approval open does it wait, as long as the daemon said.
 * An event that no daemon takes is spooled, and a daemon is started by a process of its own that nobody waits for.
 */
import { resolveOwnHome } from "../config/endpoint.ts";
import { workspaceText } from "../config/workspace_file.ts";
import { denoFiles } from "../platform/deno_files.ts";
import { envFlag, homePaths } from "../platform/home.ts";
import { env, spawn } from "../platform/process.ts";
import type { ThisProgram } from "../platform/program.ts";
import { readStdin, writeStdout } from "../platform/stdio.ts";
import { daemonEndpoint, deliverReport, type Delivery, forwardedEnv } from "./deliver_report.ts";
import { truncatePayload } from "./truncate_payload.ts";
import { claimStart, type Spooled, spoolEvent } from "../platform/spool.ts";

/** Agents give hooks seconds; people notice tenths. */
const SENDING: Delivery = {
  kind: "hook",
  connectMs: 200,
  deliverMs: 600,
  output: (output) => writeStdout(JSON.stringify(output) + "\n"),
};
/** For the second delivery, whatever the first has taken: a daemon that has just come up answers sooner. */
const LEAST_MS = 100;
const STDIN_MS = 1000;
/** Payloads over this are dropped unread, bytes. */
const MAX_STDIN = 32 * 1_048_576;
/** A start that another hook began less than this ago will take up our event too, ms. */
const START_TAKES_MS = 3000;

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
  const root = resolveOwnHome(home);
  const paths = homePaths(root);
  // It may tighten what is allowed here; the daemon reads and judges it. A relative path is what the sandbox grants.
  const workspaceConfig = workspaceText(denoFiles, ".", paths.configJsonc);
  const event: Spooled = {
    agent,
    ...truncatePayload(payload),
    ...(workspaceConfig === undefined ? {} : { workspaceConfig }),
    env: forwardedEnv(),
    idempotencyKey: newKey(),
  };
  const where = daemonEndpoint(paths);
  const begun = performance.now();
  const first = await deliverReport(where, event, SENDING);
  if (first === "delivered") return;
  const spooled = spoolEvent(denoFiles, paths, event, Date.now());
  // It runs, and will look at the spool: asked again, it would cost the agent the same time again.
  if (first === "refused") return;
  // The daemon may have come up between our first try and the file: then nobody would look at the spool for a while.
  const leftMs = SENDING.deliverMs - (performance.now() - begun);
  const second = await deliverReport(where, event, { ...SENDING, deliverMs: Math.max(LEAST_MS, leftMs) });
  if (second === "delivered") return denoFiles.remove(`${paths.spool}/${spooled}`);
  if (second === "refused") return;
  if (envFlag(env("AGENT_CONSOLE_NO_START"))) return;
  if (!claimStart(denoFiles, paths, Date.now(), START_TAKES_MS)) return;
  spawn([...program.client, "--home", root, "daemon", "start", "--quiet", "--auto"], {
    detached: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).unref();
}

function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
