/**
 * Which programs the channels run, and in what environment. The sandbox names the first of each list that exists when the
 * daemon is started; the daemon runs the one that it may.
 */
import { usualPlaces } from "../platform/program_places.ts";
import { ownUid } from "../platform/process.ts";
import type { Permission } from "../platform/sandbox.ts";
import type { OpenChannel } from "./kind.ts";

/** macOS has the first and no other; where both are, as on no usual system, either will do. */
export const DESKTOP_PROGRAMS: readonly string[] = ["/usr/bin/osascript", ...usualPlaces("notify-send")];
export const TMUX_PROGRAMS: readonly string[] = usualPlaces("tmux");

/** How programs find the desktop; taken from whoever starts the daemon, where they have it. `TZ`: when quiet hours are. */
export const DESKTOP_ENV: readonly string[] = [
  "DBUS_SESSION_BUS_ADDRESS",
  "DISPLAY",
  "TZ",
  "WAYLAND_DISPLAY",
  "XDG_RUNTIME_DIR",
];

/** What a channel needs to run the first of `places` that is there. */
export function programPermissions(
  places: readonly string[],
  exists: (path: string) => boolean,
  configKey: string,
): readonly Permission[] {
  const program = places.find(exists);
  if (program === undefined) return [];
  return [{ kind: "run", values: [program], reason: "notify you when an agent needs you", configKey }];
}

/** A channel whose program is not there, or not in the sandbox. */
export function withoutProgram(): OpenChannel {
  const problem = "its program was not found when the daemon was started";
  return { target: undefined, problem: () => problem, notify: () => Promise.resolve({ kind: "unusable", problem }) };
}

/** The whole environment of a program that notifies. `env` reads what the sandbox was given. */
export function programEnv(env: (name: string) => string | undefined): Record<string, string> {
  const uid = ownUid();
  const given = env("XDG_RUNTIME_DIR");
  const runtime = given?.startsWith("/") ? given : uid === null ? undefined : `/run/user/${uid}`;
  const bus = env("DBUS_SESSION_BUS_ADDRESS");
  const values = {
    PATH: "/usr/bin:/bin",
    LC_ALL: "C.UTF-8", // texts are UTF-8, whatever the daemon was started with
    HOME: env("HOME"),
    DISPLAY: env("DISPLAY"),
    WAYLAND_DISPLAY: env("WAYLAND_DISPLAY"),
    XDG_RUNTIME_DIR: runtime,
    // Other addresses may name a program to run (`unixexec:`). Where a hook has started the daemon nobody gave one;
    // systemd's place is nearly everybody's.
    DBUS_SESSION_BUS_ADDRESS: bus !== undefined && /^unix:[^;]*$/.test(bus)
      ? bus
      : runtime === undefined
      ? undefined
      : `unix:path=${runtime}/bus`,
  };
  return Object.fromEntries(Object.entries(values).flatMap(([name, value]) => value ? [[name, value]] : []));
}
