/** What of the configuration makes the bot, and what of it is missing; and the one group of settings of the channel. */
import * as v from "valibot";
import { group, setting } from "../../config/section.ts";
import { isHostOrigin } from "../../lib/host_address.ts";
import { secretFile, secretVariable } from "../secret.ts";

/** The public Bot API. */
const PUBLIC_URL = "https://api.telegram.org";

/** A token goes nowhere else: to Telegram by TLS, or to a server of one's own on this machine. */
function isBotServer(url: string): boolean {
  return url === PUBLIC_URL || (url.startsWith("http://") && isHostOrigin(url));
}

/** Most persons and groups. */
const MAX_CHATS = 20;
const chatId = v.pipe(v.number(), v.safeInteger(), v.check((id) => id !== 0));

export const telegramGroup = group({
  enabled: setting(v.boolean(), false, {
    title: "Telegram",
    means:
      "Notifies by a bot of Telegram, whose buttons answer requests; docs/telegram.md says how to make one. Needs a token " +
      "and `channels.telegram.allowed_chat_ids`.",
    must: "true or false",
    applies: "restart",
  }),
  bot_token_env: secretVariable("the token of the bot", "TELEGRAM_BOT_TOKEN"),
  bot_token_file: secretFile("the token of the bot", "telegram.token"),
  allowed_chat_ids: setting(v.pipe(v.array(chatId), v.maxLength(MAX_CHATS)), [], {
    title: "Who is heard",
    means:
      "The ids of the persons, and of the groups, that the bot writes to and listens to; nobody else gets a reply. In a " +
      "group only those persons are heard whose own ids are in the list too. Where it is empty, no bot begins.",
    must: `an array of at most ${MAX_CHATS} whole numbers`,
    applies: "live",
    example: "[123456789]",
  }),
  can_run: setting(v.boolean(), false, {
    title: "Prompts by Telegram",
    means: "Whether `/run AGENT PROMPT` gives a prompt to an agent that the daemon runs.",
    must: "true or false",
    applies: "live",
  }),
  counts_as_window: setting(v.boolean(), false, {
    title: "Telegram as a window",
    means:
      "Whether an agent whose hook blocks it waits for you while the bot reaches Telegram and is not silent, as it does " +
      "while a window of yours is open. Its own terminal asks nothing meanwhile, so a pane in front of you silences nothing.",
    must: "true or false",
    applies: "live",
  }),
  api_url: setting(v.pipe(v.string(), v.check(isBotServer)), PUBLIC_URL, {
    title: "Its server",
    means: "Where the Bot API is; a server of your own on this machine may take the public one's place.",
    must: `${PUBLIC_URL}, or a literal loopback address with a port, like http://127.0.0.1:8081`,
    applies: "restart",
    example: '"http://127.0.0.1:8081"',
  }),
});

export type TelegramSettings = v.InferOutput<typeof telegramGroup>;

/** Changes of any of these make another bot of it. */
export function settingsKey(settings: TelegramSettings, token: string): string {
  const { allowed_chat_ids, can_run, api_url } = settings;
  return JSON.stringify([token, api_url, can_run, [...allowed_chat_ids].sort((a, b) => a - b)]);
}
