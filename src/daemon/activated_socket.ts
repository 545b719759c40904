/**
 * Whether a daemon may take the socket that its service manager holds, and where it is. What the unit says may be older
 * than the configuration, or than this program: then it would listen where no client looks, or programs of the user would
 * inherit the socket.
 */
import { ConsoleError } from "../protocol/errors.ts";
import { FIRST_SOCKET } from "./manager_facts.ts";

/** StandardInput=socket of systemd.exec(5). */
const STDIN = 0;

export interface ActivatedSocket {
  /** Where the manager listens, as the unit says. */
  readonly activated: string | undefined;
  /** How many sockets the manager hands on behind the standard streams: every program that we start has them open. */
  readonly inherited: number;
}

/** The descriptor of the socket; undefined where the manager holds none. */
export function activatedFd({ activated, inherited }: ActivatedSocket): number | undefined {
  if (inherited > 0) return FIRST_SOCKET;
  return activated === undefined ? undefined : STDIN;
}

const RESTART = "agent-console daemon restart";

/** What ends a daemon whose socket does not fit: the next start by the manager would end in the same way. */
export function notTaken(why: string, hint: string = RESTART): ConsoleError {
  return new ConsoleError("config_invalid", `the socket of the service is not taken: ${why}`, { hint });
}

/**
 * @param socketPath where the configuration says that the daemon listens
 * @throws {ConsoleError} `config_invalid`
 */
export function checkActivatedSocket({ activated, inherited }: ActivatedSocket, socketPath: string): void {
  if (activated === undefined) {
    const why = "LISTEN_FDS says that it is handed on, and its unit does not say where it is";
    throw notTaken(why, `${RESTART}; without a service, unset LISTEN_FDS and LISTEN_PID`);
  }
  if (activated !== socketPath) throw notTaken(`it is at ${activated}, and the configuration says ${socketPath}`);
  if (inherited > 0) {
    throw notTaken("by its unit it is not the daemon's stdin: programs that it starts would inherit it");
  }
}
