/** A home whose daemon notifies by a bot of the double, and what a test looks for there. */
import { type FakeMessage, FakeTelegram } from "./fake_telegram.ts";
import { TestHome } from "./harness.ts";
import { eventually } from "./harness_wait.ts";
import type { Json } from "./wire.ts";

/** No mask knows its shape: what is not shown of it, nobody shows. */
export const CANARY = `4242:canary-of-a-bot-token_which_is_longer_than_usual`;
/** The person who is heard. */
export const OWNER = 7;
/** Notifications are gathered for 2 s. */
export const NOTIFIED_MS = 15_000;

export interface TelegramHome extends AsyncDisposable {
  readonly home: TestHome;
  readonly bot: FakeTelegram;
}

/** @param more of the group `channels.telegram` @param other sections */
export async function telegramHome(more: Json = {}, other: Json = {}): Promise<TelegramHome> {
  const bot = new FakeTelegram(CANARY);
  const telegram = {
    enabled: true,
    bot_token_file: "telegram.token",
    allowed_chat_ids: [OWNER],
    api_url: bot.url,
    ...more,
  };
  const home = await TestHome.create({ config: JSON.stringify({ channels: { telegram }, ...other }) });
  await Deno.mkdir(home.path("keys"), { mode: 0o700 });
  await Deno.writeTextFile(home.path("keys/telegram.token"), `${CANARY}\n`, { mode: 0o600 });
  return {
    home,
    bot,
    [Symbol.asyncDispose]: async () => {
      try {
        await home[Symbol.asyncDispose]();
      } finally {
        await bot[Symbol.asyncDispose]();
      }
    },
  };
}

/** Until the bot of the daemon waits for what people send. */
export function listening(bot: FakeTelegram): Promise<unknown> {
  return eventually(() => bot.isPolled, 20_000, "a poll");
}

/** Until the daemon has its reply to the message, and so its number: it is on the disk. */
export async function numberKept(home: TestHome, { id }: FakeMessage): Promise<void> {
  const isKept = async () => {
    const { messages } = JSON.parse(await Deno.readTextFile(home.path("telegram.json"))) as { messages: Json[] };
    return messages.some(({ message }) => message === id);
  };
  await eventually(isKept, 15_000, `the number of the message ${id}`);
}

/** The newest message in which that stands. */
export function messageWith(bot: FakeTelegram, text: string, ms = NOTIFIED_MS): Promise<FakeMessage> {
  return eventually(() => bot.messages.findLast((one) => one.text.includes(text)), ms, `a message with "${text}"`);
}
