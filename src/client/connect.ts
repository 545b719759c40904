/** From nothing to a greeted connection: dials, and where nobody listens starts the daemon (if it may). */
import { denoFiles } from "../platform/deno_files.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ClientContext } from "./context.ts";
import { whereIs } from "./context.ts";
import { connect, readToken } from "./dial.ts";
import { WireClient } from "./wire_client.ts";

/** Time for one connection with its hello, ms. */
export const CONNECT_MS = 2000;

/** A greeted connection, or undefined where no daemon listens. @throws {ConsoleError} */
export async function tryConnect(context: ClientContext, timeoutMs = CONNECT_MS): Promise<WireClient | undefined> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const socket = await connect(denoFiles, whereIs(context), signal);
    if (socket === undefined) return undefined;
    return await WireClient.greet(socket, { kind: context.kind, token: readToken(denoFiles, context.paths), signal });
  } catch (error) {
    if (signal.aborted && !(error instanceof ConsoleError)) {
      throw new ConsoleError("timeout", `Cannot reach the daemon: no hello in ${timeoutMs} ms, must answer at once`);
    }
    throw error;
  }
}

/** @throws {ConsoleError} `not_running` where none runs and none may be started, or why the start failed */
export async function connectOrStart(context: ClientContext): Promise<WireClient> {
  const client = await tryConnectPatiently(context);
  if (client !== undefined) return client;
  if (!context.mayStart) throw notRunning();
  const { ensureDaemon } = await import("./start.ts");
  const started = await ensureDaemon(context, { auto: true });
  return started.client;
}

/**
 * A daemon that is just coming or going may close the connection before hello, or hold a new token while we read the
 * old one: then it is asked again.
 */
export async function tryConnectPatiently(context: ClientContext): Promise<WireClient | undefined> {
  for (let tries = 1;; tries++) {
    try {
      return await tryConnect(context);
    } catch (error) {
      const passing = error instanceof ConsoleError &&
        ["disconnected", "unauthorized", "stopping"].includes(error.kind);
      if (!passing || tries >= 5) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20 * 2 ** tries));
    }
  }
}

export function notRunning(): ConsoleError {
  return new ConsoleError(
    "not_running",
    'Cannot reach the daemon: is not running, must be ("agent-console daemon start")',
  );
}
