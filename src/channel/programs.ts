/**
 * Which programs the channels run, and in what environment. The sandbox names the first of each list that exists when the
 * daemon is started; the daemon runs the one that it may.
 */
import { programNamed, usualPlaces } from "../platform/program_places.ts";
import { ownUid } from "../platform/process.ts";
import type { SandboxContext } from "../core/service.ts";
import type { Permission } from "../platform/sandbox.ts";
import type { ChannelSettings } from "./section.ts";

/** macOS has the first and no other; where both are, as on no usual system, either will do. */
export const DESKTOP_PROGRAMS: readonly string[] = ["/usr/bin/osascript", ...usualPlaces("notify-send")];
export const TMUX_PROGRAMS: readonly string[] = usualPlaces("tmux");

/** How programs find the desktop; taken from whoever starts the daemon, where they have it. `TZ`: when quiet hours are. */
const DESKTOP_ENV: readonly string[] = [
  "DBUS_SESSION_BUS_ADDRESS",
  "DISPLAY",
  "TZ",
  "WAYLAND_DISPLAY",
  "XDG_RUNTIME_DIR",
];

export function channelPermissions({ settings, env, exists }: SandboxContext<ChannelSettings>): readonly Permission[] {
  const [command] = settings.command.argv;
  const wanted = [
    { key: "channels.desktop.enabled", on: settings.desktop.enabled, programs: DESKTOP_PROGRAMS },
    { key: "channels.tmux.enabled", on: settings.tmux.enabled, programs: TMUX_PROGRAMS },
    {
      key: "channels.command.argv",
      on: command !== undefined,
      programs: command === undefined ? [] : programNamed(command, env("HOME")),
    },
  ];
  const tmux = TMUX_PROGRAMS.find(exists);
  return wanted.filter(({ on }) => on).flatMap(({ key, programs }): Permission[] => {
    const run = (path: string | undefined, reason: string): Permission[] =>
      path === undefined ? [] : [{ kind: "run", values: [path], reason, configKey: key }];
    const own = programs.find(exists);
    return [
      ...run(own, "call you when an agent needs you"),
      ...(own === tmux ? [] : run(tmux, "see whether the agent's pane is in front of you: then nobody is called")),
      { kind: "env", values: DESKTOP_ENV, reason: "where the desktop is that shows the call", configKey: key },
    ];
  });
}

/** The whole environment of a program that calls. `env` reads what the sandbox was given. */
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
