/** The bot's token and whether somebody may be heard: what is wrong is told without what stands there, and what cures it. */
import { findSecret, type SecretPlaces } from "../secret.ts";
import type { TelegramSettings } from "./settings.ts";

export type FoundToken =
  /** `botId`: the part that is no secret. */
  | { readonly token: string; readonly botId: string }
  | { readonly problem: string; readonly cure: string };

/** As @BotFather gives it. */
const TOKEN = /^(\d{1,20}):[A-Za-z0-9_-]{20,100}$/;

export function findToken(
  { bot_token_env: variable, bot_token_file: file, allowed_chat_ids: chats }: TelegramSettings,
  places: SecretPlaces,
): FoundToken {
  if (chats.length === 0) {
    return {
      problem: "channels.telegram.allowed_chat_ids is empty, so nobody may be heard",
      cure: "agent-console config set channels.telegram.allowed_chat_ids '[YOUR_ID]', then agent-console daemon reload",
    };
  }
  const found = findSecret({ variable, file }, places);
  if (found.kind === "none") {
    return {
      problem: "channels.telegram names no token",
      cure:
        "agent-console config set channels.telegram.bot_token_file telegram.token, then agent-console daemon reload",
    };
  }
  const [token, botId] = (found.kind === "found" ? TOKEN.exec(found.secret) : undefined) ?? [];
  if (token !== undefined && botId !== undefined) return { token, botId };
  const place = file === null ? `the variable ${variable}` : `${places.keys}/${file}`;
  return {
    problem: found.kind === "problem" ? found.problem : `${place} holds no token of a bot`,
    cure: file === null
      ? `put the bot's token into ${places.keys}/telegram.token, chmod 600, agent-console config set ` +
        "channels.telegram.bot_token_file telegram.token, then agent-console daemon reload"
      : newTokenCure({ bot_token_env: variable, bot_token_file: file }, places.keys),
  };
}

/** Where the token stands that no bot has, and how another one comes into force. */
export function newTokenCure(
  { bot_token_env: variable, bot_token_file: file }: Pick<TelegramSettings, "bot_token_env" | "bot_token_file">,
  keys: string,
): string {
  return file === null
    ? `set ${variable} to the bot's token where the daemon is started, then agent-console daemon restart`
    : `put the bot's token into ${keys}/${file}, chmod 600, then agent-console daemon reload`;
}
