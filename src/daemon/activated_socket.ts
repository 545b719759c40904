/**
 * Whether a daemon may take the socket that its service manager holds. What the unit says may be older than the
 * configuration: then it would listen where no client looks, or programs of the user would inherit the socket.
 */
import type { Listener } from "../platform/sockets.ts";
import type { Permission } from "../platform/sandbox.ts";
import { FIRST_SOCKET } from "./manager_facts.ts";
import { ConsoleError } from "../protocol/errors.ts";

/** @param listen at a descriptor @throws {ConsoleError} `start_failed` where what LISTEN_FDS names is no such socket */
export async function takeSocket(listen: (fd: number) => Promise<Listener>): Promise<Listener> {
  try {
    return await listen(FIRST_SOCKET);
  } catch (error) {
    throw new ConsoleError(
      "start_failed",
      `LISTEN_FDS says that a service manager hands on a socket, and descriptor ${FIRST_SOCKET} is none that listens (${
        (error as Error).message
      })`,
      { hint: "unset LISTEN_FDS and LISTEN_PID, or have the service start it: agent-console daemon restart" },
    );
  }
}

export interface ActivatedSocket {
  /** Where the manager listens, as the unit says. */
  readonly activated: string | undefined;
  /** Where the configuration says that the daemon listens. */
  readonly socketPath: string;
  /** What the configuration has its features do. */
  readonly permissions: readonly Permission[];
  /** Whether the sandbox lets it start this program. */
  readonly mayRun: (program: string) => boolean;
}

/** @throws {ConsoleError} `config_invalid`: the next start by the manager would end in the same way */
export function checkActivatedSocket({ activated, socketPath, permissions, mayRun }: ActivatedSocket): void {
  const refused = (why: string) =>
    new ConsoleError("config_invalid", `the socket of the service is not taken: ${why}`, {
      hint: "agent-console daemon restart",
    });
  if (activated === undefined) throw refused("its unit does not say where it is");
  if (activated !== socketPath) throw refused(`it is at ${activated}, and the configuration says ${socketPath}`);
  const program = permissions
    .flatMap(({ kind, configKey, values }) => kind === "run" && configKey !== undefined ? values : [])
    .find(mayRun);
  if (program !== undefined) throw refused(`${program}, which the daemon may run, would inherit it`);
}
