/** What commands about the daemon do with the service of this home. */
import type { ClientContext } from "./endpoint.ts";
import { managerOfService, serviceOfHome, whyServiceUnused } from "./own_service.ts";
import { outdatedFiles, renewService, writeFiles } from "./service_text.ts";

export interface StopServiceOptions {
  readonly signal: AbortSignal;
  /** Its daemon gets no time to end its work. */
  readonly force?: boolean;
}

/**
 * Has the manager see that its daemon has ended, or end it: the service is inactive then, and its socket closed.
 *
 * @returns whether it was doing something: it ran a daemon, or was about to start one
 */
export async function stopService(
  context: Pick<ClientContext, "paths">,
  { signal, force = false }: StopServiceOptions,
): Promise<boolean> {
  const service = serviceOfHome(context);
  if (service === undefined) return false;
  const manager = managerOfService(service, signal);
  await manager.refresh();
  const before = await manager.state();
  if (before === undefined) return false;
  await manager.stop({ force });
  return before.listens || (before.state !== "inactive" && before.state !== "failed");
}

/**
 * Before a restart: a service with a socket starts again with the first client that comes, which must not be as it was.
 *
 * @returns whether its socket is another one now, or is no longer systemd's: then it must be stopped too
 * @throws {ConsoleError} from the configuration
 */
export async function renewBeforeRestart(context: ClientContext, signal: AbortSignal): Promise<boolean> {
  const service = serviceOfHome(context);
  if (service === undefined || service.units.length === 1) return false;
  if (whyServiceUnused(service, context, { byPerson: true }) !== undefined) return false;
  const { plan, takenBack } = await renewService(context, service);
  if (takenBack !== undefined) return true; // the start that follows installs it so
  const outdated = outdatedFiles(plan);
  writeFiles(outdated);
  if (outdated.length > 0) await managerOfService(service, signal).refresh();
  return outdated.some(({ path }) => path !== service.path);
}
