/** The daemon that runs, before it may be restarted: what it is, what it needs, and how many requests that would disturb. */
import { withRunning } from "../client/connect.ts";
import type { CommandContext } from "./context.ts";

export interface RunningDaemon {
  readonly version: string;
  readonly build?: string;
  /** Keys of the configuration that it has read and uses only after a restart. */
  readonly needsRestart: readonly string[];
  /** Requests that wait for an answer. */
  readonly open: number;
}

export interface LookOptions {
  /** It reads its configuration first, so that what it needs is of now. */
  readonly reload?: boolean;
  /** Says nothing of a daemon of another version: the caller does. */
  readonly silent?: boolean;
  /** Deadline for its replies, ms. */
  readonly ms?: number;
}

/** Enough where nothing but advice is missing without a reply, ms. */
const LOOK_MS = 2000;

/** Undefined where none runs. @throws {ConsoleError} where it does not reply, or refuses its configuration */
export async function lookAtRunning(run: CommandContext, options: LookOptions): Promise<RunningDaemon | undefined> {
  const { reload = false, silent = false, ms = LOOK_MS } = options;
  const { onGreeted, ...context } = run.context;
  return await withRunning({ ...context, ...(silent ? {} : { onGreeted }) }, async (client) => {
    const signal = AbortSignal.any([run.signal, AbortSignal.timeout(ms)]);
    if (reload) await client.call("config.reload", {}, signal);
    const { needsRestart, approvalsPending: open } = await client.call("status", {}, signal);
    const { version, build } = client.hello;
    return { version, needsRestart, open, ...(build === undefined ? {} : { build }) };
  });
}

/** What to tell where it is not restarted now. */
export function restartText(keys: readonly string[], open: number): string {
  const wait = open === 0 ? "" : ` (${openText(open)})`;
  return `the running daemon needs a restart for ${keys.join(", ")}${wait}: agent-console daemon restart`;
}

export function openText(open: number): string {
  return open === 1 ? "a request is open" : `${open} requests are open`;
}
