/** The channel `desktop`: a notification of the desktop. */
import * as v from "valibot";
import { group, setting } from "../../config/section.ts";
import { channelKind } from "../kind.ts";
import { DESKTOP_PROGRAMS, programPermissions } from "../programs.ts";

export const desktopKind = channelKind({
  name: "desktop",
  config: group({
    enabled: setting(v.boolean(), false, {
      title: "Desktop notifications",
      means: "Notifies by a notification of the desktop: `notify-send` on Linux, `osascript` on macOS.",
      must: "true or false",
      applies: "restart",
    }),
  }),
  reaches: "program",
  configKey: "channels.desktop.enabled",
  turnOn: "agent-console config set channels.desktop.enabled true",
  whenItFails: "start the daemon where the desktop is: agent-console daemon restart, in a terminal of it",
  isOn: ({ enabled }) => enabled,
  permissions: ({ exists }) => programPermissions(DESKTOP_PROGRAMS, exists, "channels.desktop.enabled"),
  open: async (context) => (await import("./notify.ts")).openDesktop(context),
});
