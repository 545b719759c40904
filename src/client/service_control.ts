/** What commands about the daemon do with the service of this home. */
import { denoFiles } from "../platform/deno_files.ts";
import { ConsoleError } from "../protocol/errors.ts";
import { writeUnitFiles } from "../service/install.ts";
import type { ManagedState } from "../service/manager.ts";
import { isManagerUnreachable, NOT_IN_TIME, type Ran } from "../service/steps.ts";
import type { ClientContext } from "./endpoint.ts";
import { managerOfService, serviceOfHome, whyServiceUnused } from "./own_service.ts";
import { outdatedFiles, renewService } from "./service_text.ts";

export interface StopServiceOptions {
  readonly signal: AbortSignal;
  /** Its daemon gets no time to end its work. */
  readonly force?: boolean;
}

/**
 * Has the manager see that its daemon has ended, or end it: the service is inactive then, and its socket closed.
 *
 * @returns whether it was doing something: it ran a daemon, or was about to start one
 * @throws {ConsoleError} `failed` where the manager does not stop it
 */
export async function stopService(
  context: Pick<ClientContext, "paths">,
  { signal, force = false }: StopServiceOptions,
): Promise<boolean> {
  const service = serviceOfHome(context);
  if (service === undefined) return false;
  const manager = managerOfService(service, signal);
  await manager.refresh(); // what it runs is stopped, whatever its files say
  const before = await manager.state();
  if (before === undefined) return false;
  const stopped = await manager.stop({ force });
  // A stop that is refused of what has ended already is none that failed.
  if (stopped.code !== 0 && isBusy(await manager.state())) {
    throw managerFailed("the service was not stopped", stopped);
  }
  return isBusy(before);
}

function isBusy(now: ManagedState | undefined): boolean {
  return now !== undefined && (now.listens || (now.state !== "inactive" && now.state !== "failed"));
}

/**
 * Before a restart: a service with a socket starts again with the first client that comes, which must not be as it was.
 *
 * @returns whether its socket is another one now, or is no longer systemd's: then it must be stopped too
 * @throws {ConsoleError} from the configuration; `unsafe_path` where a file that it must write is not ours; `failed`
 * where the manager does not read what was written
 */
export async function renewBeforeRestart(context: ClientContext, signal: AbortSignal): Promise<boolean> {
  const service = serviceOfHome(context);
  if (service === undefined || service.units.length === 1) return false;
  if (whyServiceUnused(service, context, { byPerson: true }) !== undefined) return false;
  const { plan, takenBack } = await renewService(context, service);
  if (takenBack !== undefined) return true; // the start that follows installs it so
  const outdated = outdatedFiles(plan);
  writeUnitFiles(outdated, denoFiles);
  const failed = outdated.length === 0 ? undefined : await managerOfService(service, signal).refresh();
  // Where no manager replies, none starts it as it was.
  if (failed !== undefined && !isManagerUnreachable(failed)) {
    throw managerFailed("the service's files were written and not read by its manager", failed);
  }
  return outdated.some(({ path }) => path !== service.path);
}

function managerFailed(what: string, { code, stderr }: Ran): ConsoleError {
  const words = stderr.trim();
  const why = code === NOT_IN_TIME
    ? "its manager did not reply in time"
    : words || `its manager's command gave ${code}`;
  return new ConsoleError("failed", `${what}: ${why}`, { hint: "agent-console daemon logs" });
}
