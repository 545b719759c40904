/**
 * Telegram's Bot API, as far as it is used: six methods by fetch, each with a deadline. The token stands in the path of
 * each address, and errors of fetch quote addresses: none of them goes on, failures are told in words of ours.
 */
import type { ApiResponse, BotCommand, InlineKeyboardButton, Message, Update, UserFromGetMe } from "@grammyjs/types";
import { clip, escapedLine } from "../../domain/sanitize.ts";
import { exchangeHttp, whyNoReply } from "../../platform/http_client.ts";

export type BotFailure =
  /** Nobody replied, or not in the words of the Bot API: later it may. */
  | { readonly kind: "unreachable"; readonly problem: string }
  /** 409: somebody else polls with the same token. */
  | { readonly kind: "conflict"; readonly problem: string }
  /** 409 too: Telegram sends what people write to the address of a webhook, and lets nobody poll. */
  | { readonly kind: "webhook"; readonly problem: string }
  /** 429: not before so many seconds. */
  | { readonly kind: "limited"; readonly problem: string; readonly retryAfterSecs: number }
  /** 401, and 404 for a method that exists: no bot has this token. */
  | { readonly kind: "unauthorized"; readonly problem: string }
  /** 400 and the like: the same call is refused again. */
  | { readonly kind: "refused"; readonly problem: string }
  /** The caller's signal has fired. */
  | { readonly kind: "stopped"; readonly problem: string };

export type BotReply<T> =
  | { readonly ok: true; readonly result: T }
  | { readonly ok: false; readonly failure: BotFailure };

/** Rows of buttons below a message. */
export type ButtonRows = readonly (readonly InlineKeyboardButton.CallbackButton[])[];

export interface SentText {
  readonly chat: number;
  readonly text: string;
  /** None takes them away. */
  readonly buttons?: ButtonRows;
}

export interface BotApiOptions {
  /** Of its server, without a slash at its end. */
  readonly url: string;
  readonly token: string;
  readonly exchange?: typeof exchangeHttp;
}

/** A long poll is held by the server for so long, s; and what we wait beyond that before the connection counts as lost, ms. */
export const POLL_SECS = 50;
const CALL_MS = 10_000;
/** Of one poll; and bytes of a reply, which they fit in many times. */
const MAX_UPDATES = 25;
const MAX_REPLY = 8 * 1_048_576;
/** Longest wait that a server may ask for, s. */
const MAX_RETRY_SECS = 3600;

export class BotApi {
  #base: string;
  #token: string;
  #exchange: typeof exchangeHttp;

  constructor({ url, token, exchange = exchangeHttp }: BotApiOptions) {
    this.#base = `${url}/bot${token}`;
    this.#token = token;
    this.#exchange = exchange;
  }

  getMe(signal: AbortSignal): Promise<BotReply<UserFromGetMe>> {
    return this.#call("getMe", {}, signal);
  }

  /** @param offset the first one that is wanted; a negative one counts from the end, and those before are forgotten */
  getUpdates(offset: number, waitSecs: number, signal: AbortSignal): Promise<BotReply<Update[]>> {
    const params = { offset, timeout: waitSecs, limit: MAX_UPDATES, allowed_updates: ["message", "callback_query"] };
    return this.#call("getUpdates", params, signal, waitSecs * 1000 + CALL_MS);
  }

  /** As plain text: nothing in it is markup, and no server opens a link that stands in it. */
  sendMessage({ chat, text, buttons }: SentText, signal: AbortSignal): Promise<BotReply<Message>> {
    const params = { chat_id: chat, text, ...NO_PREVIEW, ...keyboard(buttons) };
    return this.#call("sendMessage", params, signal);
  }

  editMessageText(
    { chat, text, buttons, message }: SentText & { readonly message: number },
    signal: AbortSignal,
  ): Promise<BotReply<unknown>> {
    const params = { chat_id: chat, message_id: message, text, ...NO_PREVIEW, ...keyboard(buttons) };
    return this.#call("editMessageText", params, signal);
  }

  answerCallbackQuery(id: string, text: string, signal: AbortSignal): Promise<BotReply<unknown>> {
    return this.#call("answerCallbackQuery", { callback_query_id: id, text: clip(text, MAX_TOAST) }, signal);
  }

  /** For one chat: strangers see no list. */
  setMyCommands(chat: number, commands: readonly BotCommand[], signal: AbortSignal): Promise<BotReply<unknown>> {
    return this.#call("setMyCommands", { commands, scope: { type: "chat", chat_id: chat } }, signal);
  }

  async #call<T>(method: string, params: object, signal: AbortSignal, ms = CALL_MS): Promise<BotReply<T>> {
    const late = AbortSignal.timeout(ms);
    try {
      // A redirect is a reply that is none of the Bot API: whoever leads us elsewhere gets no token.
      const { status, text } = await this.#exchange({
        method: "POST",
        url: `${this.#base}/${method}`,
        headers: { "content-type": "application/json" },
        body: JSON.stringify(params),
        signal: AbortSignal.any([signal, late]),
      }, MAX_REPLY);
      return this.#read(status, text);
    } catch (error) {
      if (signal.aborted) return failed("stopped", "it is stopped");
      if (late.aborted) return failed("unreachable", `no reply within ${ms / 1000} s`);
      // Messages of errors have the address, and that the token: this takes no part of one with an address in it.
      const why = error instanceof RangeError ? "its reply is too long" : whyNoReply(error);
      return failed("unreachable", clip(escapedLine(why.replaceAll(this.#token, "***")), MAX_PROBLEM));
    }
  }

  #read<T>(status: number, text: string): BotReply<T> {
    let reply: ApiResponse<T> | undefined;
    try {
      reply = JSON.parse(text) as ApiResponse<T>;
    } catch {
      // A proxy's page, or half a reply.
    }
    if (typeof reply !== "object" || reply === null || typeof reply.ok !== "boolean") {
      return failed("unreachable", `a reply that is none of the Bot API (HTTP ${status})`);
    }
    if (reply.ok) {
      const isThere = reply.result !== undefined && reply.result !== null;
      return isThere ? reply : failed("unreachable", "a reply of the Bot API without a result");
    }
    const { description, parameters, error_code } = reply;
    const said = clip(escapedLine(String(description ?? "").replaceAll(this.#token, "***")), MAX_PROBLEM);
    const code = typeof error_code === "number" ? error_code : status;
    // `can't use getUpdates method while webhook is active`, or `terminated by other getUpdates request`
    if (code === 409) return failed(/webhook/i.test(said) ? "webhook" : "conflict", said);
    if (code === 401 || code === 404) return failed("unauthorized", said);
    if (code >= 500) return failed("unreachable", said);
    if (code !== 429) return failed("refused", said);
    const secs = Number(parameters?.retry_after);
    const retryAfterSecs = Number.isFinite(secs) ? Math.min(Math.max(secs, 1), MAX_RETRY_SECS) : 30;
    return { ok: false, failure: { kind: "limited", problem: said, retryAfterSecs } };
  }
}

/** What a window over a button shows, and what a failure's description is cut to; UTF-16 units. */
const MAX_TOAST = 190;
const MAX_PROBLEM = 200;

const NO_PREVIEW = { link_preview_options: { is_disabled: true } } as const;

function keyboard(buttons: ButtonRows | undefined) {
  return { reply_markup: { inline_keyboard: buttons ?? [] } };
}

function failed(
  kind: Exclude<BotFailure["kind"], "limited">,
  problem: string,
): { readonly ok: false; readonly failure: BotFailure } {
  return { ok: false, failure: { kind, problem } };
}
