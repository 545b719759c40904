/** What commands about the daemon do with the service of this home. */
import type { ClientContext } from "./endpoint.ts";
import { managerOfService, serviceOfHome, whyServiceUnused } from "./own_service.ts";
import { rewrite } from "./service_start.ts";
import { renewService } from "./service_text.ts";

export interface SettleOptions {
  readonly signal: AbortSignal;
  /** Its daemon gets no time to end its work. */
  readonly force?: boolean;
}

/**
 * Has the manager see that its daemon has ended, or end it: the service is inactive then, and its socket closed.
 *
 * @returns whether it was doing something: it ran a daemon, or was about to start one again
 */
export async function settleService(
  context: Pick<ClientContext, "paths">,
  { signal, force = false }: SettleOptions,
): Promise<boolean> {
  const service = serviceOfHome(context);
  if (service === undefined) return false;
  const manager = managerOfService(service, signal);
  const before = await manager.state();
  if (before === undefined) return false;
  await manager.stop({ force });
  return before.state !== "inactive" && before.state !== "failed";
}

/**
 * Before a restart: a service with a socket starts again with the first client that comes, which must not be as it was.
 *
 * @throws {ConsoleError} from the configuration
 */
export async function renewBeforeRestart(context: ClientContext, signal: AbortSignal): Promise<void> {
  const service = serviceOfHome(context);
  if (service === undefined || service.units.length === 1) return;
  if (whyServiceUnused(service, context) !== undefined) return;
  const { text } = (await renewService(context, service)).plan;
  if (text === service.text) return;
  rewrite(service, text);
  // A look at it also has it read its files again where they have changed.
  await managerOfService(service, signal).state();
}
