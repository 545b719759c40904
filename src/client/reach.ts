/** A greeted connection, whatever it takes: where no daemon runs one is started, if it may be. */
import { isShuttingDown, notRunningError, tryConnectPatiently, tryConnectRunning } from "./connect.ts";
import type { ClientContext } from "./endpoint.ts";
import type { WireClient } from "./wire_client.ts";

/** @throws {ConsoleError} `not_running` where none runs and none may be started, or why the start failed */
export async function connectOrStart(context: ClientContext): Promise<WireClient> {
  try {
    const client = await (context.mayStart ? tryConnectPatiently : tryConnectRunning)(context);
    if (client !== undefined) return client;
    if (!context.mayStart) throw notRunningError();
  } catch (error) {
    // One that goes for longer than that is waited for, and followed by a new one.
    if (!context.mayStart || !(isShuttingDown(error) || await isStillStarting(error))) throw error;
  }
  const { ensureDaemon } = await import("./start.ts");
  const started = await ensureDaemon(context, { auto: true, onNote: context.onNote });
  return started.client;
}

/** Loaded only where a connection failed: the fast commands take no more than they need. */
async function isStillStarting(error: unknown): Promise<boolean> {
  return (await import("./own_service.ts")).isStillStarting(error);
}
