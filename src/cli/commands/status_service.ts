/** What `status` says of the service: whether it is installed, and whether the daemon that runs is its own. */
import { type ServiceState, serviceState, waitsForClient } from "../../client/own_service.ts";
import type { CommandContext } from "../context.ts";

/** Time for the service manager to say how the service is, ms. */
const SERVICE_MS = 2000;

/** Null where none is installed. */
export async function lookAtService(run: CommandContext): Promise<ServiceState | null> {
  return await serviceState(run.context, AbortSignal.any([run.signal, AbortSignal.timeout(SERVICE_MS)]));
}

/** Whether a look whether a daemon runs would start one, by the socket of its service. */
export async function wouldStart(run: CommandContext): Promise<boolean> {
  return await waitsForClient(run.context, run.signal);
}

/** What is said where no daemon runs and one would come by itself. */
export const WAITS = "systemd's socket waits: the first client starts it";

/** Undefined where the daemon of this pid is the service's, or the service that is installed is another home's. */
export function outsideService(pid: number, service: ServiceState | null, root: string): string | undefined {
  if (service === null || service.home !== root || service.pid === pid) return undefined;
  if (service.state === "unknown") {
    return "installed, and no service manager replies here: this daemon may run outside of it";
  }
  const what = service.enabled ? "installed" : "installed and not enabled";
  const hint = service.enabled ? "agent-console daemon restart" : "agent-console daemon install";
  return `${what}, and this daemon runs outside of it: ${hint}`;
}

export function unitText(service: ServiceState | null): string | undefined {
  if (service === null) return undefined;
  const { enabled, state, path } = service;
  return `${path}, ${enabled ? "enabled" : "not enabled"}, ${state === "unknown" ? "state not known" : state}`;
}
