/** What every command handler gets. */
import type { ClientContext } from "../client/endpoint.ts";
import { retryWhileRestarting } from "../client/connect.ts";
import { connectOrStart } from "../client/reach.ts";
import type { WireClient } from "../client/wire_client.ts";
import type { AnyMethodName, ParamsOf, ResultOf } from "../protocol/method_schemas.ts";
import type { MethodName } from "../protocol/methods.ts";
import type { Output } from "./output.ts";

export interface CommandContext {
  readonly context: ClientContext;
  readonly out: Output;
  /** Fires on Ctrl-C. */
  readonly signal: AbortSignal;
  /** From now on signals are the command's own affair. */
  readonly takeSignals: () => void;
}

/** An answer may need a recovery of the journal first. */
const CALL_MS = 30_000;

/** What may be asked twice. By name: others that change no state do something all the same (`shutdown`, `config.reload`). */
const READS: ReadonlySet<string> = new Set<MethodName>([
  "approval.list",
  "approval.rules",
  "status",
  "dump",
  "config.get",
  "audit.head",
  "audit.tail",
  "session.get",
  "session.history",
  "session.list",
]);

/** Asks the daemon one thing, starting it if needed and allowed; what only reads is asked twice. @throws {ConsoleError} */
export async function call<M extends AnyMethodName>(
  run: CommandContext,
  method: M,
  params: ParamsOf<M>,
): Promise<ResultOf<M>> {
  const once = async () => {
    const client = await connectOrStart(run.context);
    try {
      return await callOn(client, run, method, params);
    } finally {
      client.close();
    }
  };
  return READS.has(method) ? await retryWhileRestarting(once) : await once();
}

export function callOn<M extends AnyMethodName>(
  client: WireClient,
  run: CommandContext,
  method: M,
  params: ParamsOf<M>,
): Promise<ResultOf<M>> {
  return client.call(method, params, AbortSignal.any([run.signal, AbortSignal.timeout(CALL_MS)]));
}
