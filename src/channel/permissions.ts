/** What the daemon may do for the channels that are on: what each kind needs, and what all of them do. Pure. */
import type { SandboxContext } from "../core/service.ts";
import { HTTP_PROXY_ENV } from "../platform/environment.ts";
import type { Permission } from "../platform/sandbox.ts";
import { channelKindOf } from "./kinds.ts";
import { DESKTOP_ENV, TMUX_PROGRAMS } from "./programs.ts";
import { type ChannelSettings, namesOn } from "./section.ts";

const PROXY_REASON = "whether a proxy could get what is sent to a server of this machine: it is gone around";

export function channelPermissions({ settings, env, exists }: SandboxContext<ChannelSettings>): readonly Permission[] {
  const tmux = TMUX_PROGRAMS.find(exists);
  return namesOn(settings).flatMap((name): readonly Permission[] => {
    const kind = channelKindOf(name);
    const { configKey } = kind;
    const own = kind.permissions({ settings: settings[name], env, exists });
    const looks = tmux !== undefined && !own.some(({ kind, values }) => kind === "run" && values.includes(tmux));
    const reason = "see whether the agent's pane is in front of you: then nobody is notified";
    return [
      ...own,
      ...(looks ? [{ kind: "run", values: [tmux], reason, configKey } as const] : []),
      ...(kind.reaches === "program"
        ? [
          {
            kind: "env",
            values: DESKTOP_ENV,
            reason: "where the desktop is that shows the notification",
            configKey,
          } as const,
        ]
        : [
          { kind: "env", values: ["TZ"], reason: "when quiet hours are", configKey } as const,
          { kind: "env", values: HTTP_PROXY_ENV, reason: PROXY_REASON, configKey } as const,
        ]),
    ];
  });
}
