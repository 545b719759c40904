/** The channel `tmux`: a message in the tmux clients of the servers that agents run in. */
import * as v from "valibot";
import { group, setting } from "../../config/section.ts";
import { channelKind } from "../kind.ts";
import { programPermissions, TMUX_PROGRAMS } from "../programs.ts";

export const tmuxKind = channelKind({
  name: "tmux",
  config: group({
    enabled: setting(v.boolean(), false, {
      title: "Messages in tmux",
      means: "Notifies by a message in the tmux clients of the servers that your agents run in.",
      must: "true or false",
      applies: "restart",
    }),
  }),
  reaches: "program",
  configKey: "channels.tmux.enabled",
  turnOn: "agent-console config set channels.tmux.enabled true",
  whenItFails: "attach a client to the tmux server that your agents run in",
  isOn: ({ enabled }) => enabled,
  permissions: ({ exists }) => programPermissions(TMUX_PROGRAMS, exists, "channels.tmux.enabled"),
  open: async (context) => (await import("./notify.ts")).openTmux(context),
});
