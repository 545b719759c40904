/** Sends and edits for one bot: waits where Telegram asks for it, and says why something did not get through. */
import type { BotApi, BotFailure, BotReply, SentText } from "./bot_api.ts";

export interface SenderDeps {
  readonly api: Pick<BotApi, "sendMessage" | "editMessageText" | "answerCallbackQuery">;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** What asks for a longer wait than this has failed, s; and so often one message is tried. */
const PATIENCE_SECS = 60;
const TRIES = 3;

export class Sender {
  #deps: SenderDeps;

  constructor(deps: SenderDeps) {
    this.#deps = deps;
  }

  /** @returns the number of the message in its chat */
  async send(message: SentText, signal: AbortSignal): Promise<BotReply<number>> {
    const reply = await this.#patiently(() => this.#deps.api.sendMessage(message, signal), signal);
    if (!reply.ok) return reply;
    const number: unknown = reply.result.message_id;
    if (Number.isSafeInteger(number)) return { ok: true, result: reply.result.message_id };
    return {
      ok: false,
      failure: { kind: "unreachable", problem: "a reply of the Bot API without a message's number" },
    };
  }

  /** One that is as it should be already is edited. */
  async edit(
    message: SentText & { readonly message: number },
    signal: AbortSignal,
  ): Promise<BotFailure["kind"] | undefined> {
    return failureOf(await this.#patiently(() => this.#deps.api.editMessageText(message, signal), signal))?.kind;
  }

  /** The same, but one try: for who has newer words by the next one. */
  async editOnce(
    message: SentText & { readonly message: number },
    signal: AbortSignal,
  ): Promise<BotFailure | undefined> {
    return failureOf(await this.#deps.api.editMessageText(message, signal));
  }

  /** What the press of a button shows for a moment; what does not get through is no loss. */
  async toast(id: string, text: string, signal: AbortSignal): Promise<void> {
    await this.#deps.api.answerCallbackQuery(id, text, signal);
  }

  async #patiently<T>(call: () => Promise<BotReply<T>>, signal: AbortSignal): Promise<BotReply<T>> {
    for (let tried = 1;; tried++) {
      const reply = await call();
      if (reply.ok || reply.failure.kind !== "limited" || tried === TRIES) return reply;
      const { retryAfterSecs } = reply.failure;
      if (retryAfterSecs > PATIENCE_SECS) return reply;
      await this.#deps.sleep(retryAfterSecs * 1000, signal).catch(() => {});
      if (signal.aborted) return reply;
    }
  }
}

function failureOf(reply: BotReply<unknown>): BotFailure | undefined {
  return reply.ok || /not modified/.test(reply.failure.problem) ? undefined : reply.failure;
}
