/** The commands that notify a person, and take them there. */
import type { Command } from "commander";
import type { CommandContext } from "../context.ts";
import { JSON_OPTION, SESSION } from "./shared.ts";

export function channelCommands(root: Command, run: () => CommandContext): void {
  root.command("go").description("to the terminal of a session").argument(
    "[id]",
    `${SESSION} (default: the one that next shows)`,
  )
    .action(async (id) => await (await import("../commands/go.ts")).go(run(), id));

  const load = () => import("../commands/channel.ts");
  const command = root.command("channel").description("who notifies you when an agent needs you");
  command.command("list").description("the channels, and what each of them runs or speaks to").option(...JSON_OPTION)
    .action(async (options) => await (await load()).listChannels(run(), options));
  command.command("test").description("notify by one channel now, and tell how that went")
    .argument("<name>", "one of those that channel list shows")
    .action(async (name) => await (await load()).testChannel(run(), name));
  command.command("mute").description("no channel notifies for a while, also over a restart")
    .argument("[time]", "30m, 8h, 7d at most, or off (default: 1h)")
    .action(async (time) => await (await load()).muteChannels(run(), time));

  const tmux = root.command("tmux").description("parts for tmux");
  tmux.command("status").description("who needs you, for its status line; nothing where no daemon runs")
    .action(async () => (await import("../../client/tmux_status.ts")).printTmuxStatus(run().context));
  tmux.command("popup").description("a line for tmux.conf: a key that opens the dashboard in a popup")
    .action(async () => (await import("../commands/tmux_popup.ts")).printPopupBinding(run()));
}
