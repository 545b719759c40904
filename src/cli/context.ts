/** What every command handler gets. */
import type { RequestScreen } from "../chat/command_port.ts";
import type { ClientContext } from "../client/endpoint.ts";
import type { DashboardOptions } from "../client/windows.ts";
import { notRunningError, retryWhileRestarting, withRunning } from "../client/connect.ts";
import { listAllSessions } from "../client/all_sessions.ts";
import { connectOrStart } from "../client/reach.ts";
import type { SessionView } from "../domain/query.ts";
import type { WireClient } from "../client/wire_client.ts";
import type { AnyMethodName, ParamsOf, ReadMethodName, ResultOf } from "../protocol/method_schemas.ts";
import type { Output } from "./output.ts";

export interface CommandContext {
  readonly context: ClientContext;
  readonly out: Output;
  /** Fires on Ctrl-C. */
  readonly signal: AbortSignal;
  /** From now on signals are the command's own affair. */
  readonly takeSignals: () => void;
  /** What the person has read who typed the command, where that may have been typed ahead: in the chat. */
  readonly screen?: RequestScreen | undefined;
  /** Until it is left; absent where no command is run. @throws {CommandEnded} */
  readonly openDashboard?: (form: DashboardForm) => Promise<void>;
  /** Until the agent closes stdin; absent where no command is run. @throws {CommandEnded} */
  readonly openMcp?: () => Promise<void>;
}

/** What is shown first, and how. */
export type DashboardForm = Pick<DashboardOptions, "filter" | "snapshot" | "view">;

/** A reply may have to wait for a recovery of the journal. */
const CALL_MS = 30_000;

/** Calls one method of the daemon, starting it if needed and allowed. @throws {ConsoleError} */
export async function call<M extends AnyMethodName>(
  run: CommandContext,
  method: M,
  params: ParamsOf<M>,
): Promise<ResultOf<M>> {
  return await connected(run, (client) => callOn(client, run, method, params));
}

/** A {@link call} that may take so long, ms. @throws {ConsoleError} */
export async function callFor<M extends AnyMethodName>(
  run: CommandContext,
  ms: number,
  method: M,
  params: ParamsOf<M>,
): Promise<ResultOf<M>> {
  const signal = AbortSignal.any([run.signal, AbortSignal.timeout(ms)]);
  return await connected(run, (client) => client.call(method, params, signal));
}

/** A {@link call} that never starts a daemon. @throws {ConsoleError} `not_running` */
export async function callRunning<M extends AnyMethodName>(
  run: CommandContext,
  method: M,
  params: ParamsOf<M>,
): Promise<ResultOf<M>> {
  const result = await withRunning(run.context, (client) => callOn(client, run, method, params));
  if (result === undefined) throw notRunningError();
  return result;
}

/** A {@link call} of a method that only reads: it is made again where the daemon ended before its reply. */
export async function read<M extends ReadMethodName>(
  run: CommandContext,
  method: M,
  params: ParamsOf<M>,
): Promise<ResultOf<M>> {
  return await retryWhileRestarting(() => call(run, method, params));
}

/** Every session that `filter` lets through, most urgent first. @throws {ConsoleError} */
export async function allSessions(
  run: CommandContext,
  filter: Parameters<typeof listAllSessions>[1] = {},
): Promise<readonly SessionView[]> {
  const once = () => connected(run, (client) => listAllSessions(client, filter, deadline(run)));
  return (await retryWhileRestarting(once)).sessions;
}

async function connected<T>(run: CommandContext, work: (client: WireClient) => Promise<T>): Promise<T> {
  const client = await connectOrStart(run.context);
  try {
    return await work(client);
  } finally {
    client.close();
  }
}

export function callOn<M extends AnyMethodName>(
  client: WireClient,
  run: CommandContext,
  method: M,
  params: ParamsOf<M>,
): Promise<ResultOf<M>> {
  return client.call(method, params, deadline(run));
}

function deadline(run: CommandContext): AbortSignal {
  return AbortSignal.any([run.signal, AbortSignal.timeout(CALL_MS)]);
}
