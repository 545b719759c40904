/** The unix listener in the daemon's life: it serves from the start and drains at the stop. */
import type { Service } from "../../core/service.ts";
import type { Clients } from "../../transport/clients.ts";
import type { UnixServer } from "../../transport/unix_listener.ts";

/** Time for replies to be written at a forced stop, ms. */
const FORCED_DRAIN_MS = 50;

/** @param drainMs time for requests in flight at a stop, ms */
export function serverService(server: UnixServer, clients: Clients, drainMs: number): Service {
  return {
    name: "unix listener",
    start: () => server.serve(),
    status: () => {
      const { total, byKind } = clients;
      return { clients: { total, byKind: { ...byKind } } };
    },
    stop: ({ force }) => clients.drain(AbortSignal.timeout(force ? FORCED_DRAIN_MS : drainMs)),
  };
}
