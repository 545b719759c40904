/** From nothing to a greeted connection, where a daemon runs. */
import { denoFiles } from "../platform/deno_files.ts";
import { systemProblem } from "../platform/process.ts";
import { ConsoleError } from "../protocol/errors.ts";
import type { ClientContext } from "./endpoint.ts";
import { contextEndpoint } from "./endpoint.ts";
import { connect, readToken, socketPathOf } from "./dial.ts";
import { WireClient } from "./wire_client.ts";

/** Time for one connection with its hello, ms. */
const CONNECT_MS = 2000;

/** A greeted connection, or undefined where no daemon listens. @throws {ConsoleError} */
export async function tryConnect(context: ClientContext, timeoutMs = CONNECT_MS): Promise<WireClient | undefined> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const socket = await connect(denoFiles, contextEndpoint(context), signal);
    if (socket === undefined) return undefined;
    const token = readToken(denoFiles, context.paths);
    const client = await WireClient.greet(socket, { ...context, token, signal });
    // A socket that the service manager holds takes us before its daemon has written the token.
    if (token === undefined && readToken(denoFiles, context.paths) !== undefined) {
      client.close();
      return await tryConnect(context, timeoutMs);
    }
    context.onGreeted?.(client.hello);
    return client;
  } catch (error) {
    if (error instanceof ConsoleError) throw error;
    if (signal.aborted) {
      throw new ConsoleError("timeout", `the daemon has not answered in ${timeoutMs} ms`, {
        hint: "agent-console daemon restart",
      });
    }
    const problem = systemProblem(error);
    if (problem === undefined) throw error;
    throw new ConsoleError("disconnected", `the daemon was not reached: ${problem}`);
  }
}

/**
 * A daemon that is starting or stopping may close the connection before hello, or have a new token while we read the
 * old one: then connecting is tried again.
 */
export async function tryConnectPatiently(context: ClientContext): Promise<WireClient | undefined> {
  for (let tries = 1;; tries++) {
    try {
      return await tryConnect(context);
    } catch (error) {
      const passing = isShuttingDown(error) || (error instanceof ConsoleError && error.kind === "unauthorized");
      if (!passing || tries >= 5) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20 * 2 ** tries));
    }
  }
}

/** Time for the service manager to say whether its daemon runs, ms. */
const MANAGER_MS = 5000;

/**
 * A greeted connection where a daemon runs; never starts one. A socket that the service manager holds would: without a
 * daemon's own note that it serves, the manager is asked first. What asks it is loaded only then.
 *
 * @throws {ConsoleError}
 */
export async function tryConnectRunning(context: ClientContext, timeoutMs?: number): Promise<WireClient | undefined> {
  const { socketPath } = contextEndpoint(context);
  if (denoFiles.stat(context.paths.ready) === undefined && denoFiles.stat(socketPath) !== undefined) {
    const { waitsForClient } = await import("./own_service.ts");
    if (await waitsForClient(context, AbortSignal.timeout(timeoutMs ?? MANAGER_MS))) return undefined;
  }
  const client = await (timeoutMs === undefined ? tryConnectPatiently(context) : tryConnect(context, timeoutMs));
  if (client === undefined) await assertNotElsewhere(context);
  return client;
}

/**
 * Nobody listens where `--socket` or the environment says. A daemon of this home that says where it does would keep
 * another from starting.
 *
 * @throws {ConsoleError} `already_running` where it listens on another socket
 */
export async function assertNotElsewhere(context: ClientContext): Promise<void> {
  const { socketPath: named } = contextEndpoint(context);
  const { onGreeted: _, ...silent } = context;
  const socketPath = socketPathOf(denoFiles, context.paths);
  if (socketPath === named || denoFiles.stat(context.paths.ready) === undefined) return;
  const client = await tryConnect({ ...silent, socketFlag: socketPath }).catch(() => undefined);
  if (client === undefined) return;
  client.close();
  const { pid } = client.hello;
  throw new ConsoleError("already_running", `the daemon, pid ${pid}, listens on ${socketPath}, not on ${named}`, {
    pid,
    hint: context.socketFlag === undefined ? "unset AGENT_CONSOLE_SOCKET" : "leave --socket away",
  });
}

/** Undefined where no daemon runs; never starts one. @throws {ConsoleError} as `work`, and where it cannot be reached */
export async function withRunning<T>(
  context: ClientContext,
  work: (client: WireClient) => Promise<T>,
): Promise<T | undefined> {
  const client = await tryConnectRunning(context);
  if (client === undefined) return undefined;
  try {
    return await work(client);
  } finally {
    client.close();
  }
}

/** Whether it says that the daemon is on its way out, or went while we spoke: soon there is none, or a new one. */
export function isShuttingDown(error: unknown): error is ConsoleError {
  return error instanceof ConsoleError && (error.kind === "disconnected" || error.kind === "stopping");
}

/** Runs `work`, which changes nothing, once more where the daemon ended between hello and the reply. */
export async function retryWhileRestarting<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ConsoleError) || error.kind !== "disconnected") throw error;
    return await work();
  }
}

export function notRunningError(): ConsoleError {
  return new ConsoleError("not_running", "no daemon is running", { hint: "agent-console daemon start" });
}
