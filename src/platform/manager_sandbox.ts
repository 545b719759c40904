/** What the daemon may do beyond its usual sandbox where a service manager runs it: only in the unit's form. Pure. */
import { type HomePaths, notifyPath } from "./home_paths.ts";
import type { Permission } from "./sandbox.ts";

export interface ManagerSandbox {
  /** Absolute: where systemd hears of its services. Absent where it is not to be told. */
  readonly notifySocket?: string | undefined;
}

/** What systemd tells a service: sd_notify(3), sd_watchdog_enabled(3), sd_listen_fds(3). */
const MANAGER_ENV = ["LISTEN_FDS", "LISTEN_PID", "NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC"];

export function managerPermissions(paths: HomePaths, { notifySocket }: ManagerSandbox): Permission[] {
  const env: Permission = { kind: "env", values: MANAGER_ENV, reason: "what the service manager tells its service" };
  if (notifySocket === undefined) return [env];
  const own = notifyPath(paths);
  const reason = "tell the service manager that it serves, lives, reloads and stops";
  return [
    env,
    { kind: "net", values: [`unix:${own}`, `unix:${notifySocket}`], reason },
    // Deno asks for both, although nothing is read there.
    { kind: "read", values: [notifySocket], reason },
    { kind: "write", values: [notifySocket], reason },
  ];
}
