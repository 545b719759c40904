/** Telegram as a kind of channel: the bot is loaded where it is on, and reaches one host. */
import { sandboxHost } from "../../lib/host_address.ts";
import { channelKind } from "../kind.ts";
import { variablePermission } from "../secret.ts";
import { telegramGroup } from "./settings.ts";

export const telegramKind = channelKind({
  name: "telegram",
  config: telegramGroup,
  reaches: "host",
  configKey: "channels.telegram.enabled",
  turnOn: "agent-console config set channels.telegram.enabled true",
  whenItFails:
    "write to the bot once, with an account of channels.telegram.allowed_chat_ids; docs/telegram.md has more",
  isOn: ({ enabled }) => enabled,
  permissions: ({ settings: { api_url, bot_token_env } }) => [
    {
      kind: "net",
      values: [sandboxHost(api_url)],
      reason: "its Bot API",
      configKey: "channels.telegram.enabled",
    },
    ...variablePermission(bot_token_env, "the bot's token", "channels.telegram.bot_token_env"),
  ],
  open: async (context) => new (await import("./channel.ts")).TelegramChannel(context),
});
