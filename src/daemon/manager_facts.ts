/** What systemd told the daemon that it started, in variables. Pure. */

export interface ManagerFacts {
  /** As systemd names it: a path, or an abstract socket behind an `@`. */
  readonly notifySocket?: string;
  /** Within this time it wants to hear of us, ms. */
  readonly watchdogMs?: number;
  /** How many sockets it listens on for us. */
  readonly sockets: number;
}

/** SD_LISTEN_FDS_START of sd_listen_fds(3). */
export const FIRST_SOCKET = 3;

/** Variables that were meant for another process, which handed them on, are none of ours. */
export function managerFacts(env: (name: string) => string | undefined, pid: number): ManagerFacts {
  const socket = env("NOTIFY_SOCKET");
  const isOurs = (name: string) => (env(name) ?? String(pid)) === String(pid);
  const watchdogMs = isOurs("WATCHDOG_PID") ? positive(env("WATCHDOG_USEC")) / 1000 : 0;
  return {
    ...(socket === undefined || socket === "" ? {} : { notifySocket: socket }),
    ...(watchdogMs > 0 ? { watchdogMs } : {}),
    // Without LISTEN_PID the sockets are nobody's: sd_listen_fds(3).
    sockets: env("LISTEN_PID") === String(pid) ? positive(env("LISTEN_FDS")) : 0,
  };
}

function positive(text: string | undefined): number {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : 0;
}
