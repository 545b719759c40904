/** Telegram's own list of the bot's commands, of which its apps make a menu: told again when a capsule is granted or revoked. */
import type { BotApi } from "./bot_api.ts";
import type { BotContext } from "./bot_context.ts";
import { botCommands } from "./commands.ts";
import { type Left, RetryLoop } from "./retry_loop.ts";

/** What Telegram takes: names of commands, how many, and of their descriptions UTF-16 units. */
const NAME = /^[a-z0-9_]{1,32}$/;
const MOST = 100;
const MAX_DESCRIPTION = 256;

export class ToldCommands {
  #context: BotContext;
  #api: Pick<BotApi, "setMyCommands">;
  #unlisten: () => void;
  #loop: RetryLoop;
  /** Chat → the list that it has, as JSON. */
  #told = new Map<number, string>();

  constructor(context: BotContext, api: Pick<BotApi, "setMyCommands">) {
    this.#context = context;
    this.#api = api;
    const { host: { bus, store }, outgoing, sleep, signal } = context;
    this.#loop = new RetryLoop({ work: () => this.#tell(), run: (loop) => outgoing.run(loop), sleep, signal });
    this.#unlisten = bus.listen(store.seq, new Set(["capsule"]), () => this.renew());
  }

  stop(): void {
    this.#unlisten();
  }

  /** Each chat gets the list where it has another one. @returns at once */
  renew(): void {
    this.#loop.wake();
  }

  /** A chat that does not know the bot yet refuses it: it is told again with the next change, or the next start. */
  async #tell(): Promise<Left> {
    const { host, chats, signal } = this.#context;
    const commands = botCommands(host.commands()).filter(({ name }) => NAME.test(name)).slice(0, MOST)
      .map(({ name, summary }) => ({ command: name, description: summary.slice(0, MAX_DESCRIPTION).toWellFormed() }));
    const list = JSON.stringify(commands);
    for (const chat of chats) {
      if (this.#told.get(chat) === list) continue;
      const reply = await this.#api.setMyCommands(chat, commands, signal);
      if (signal.aborted) return false;
      if (reply.ok) this.#told.set(chat, list);
      else if (reply.failure.kind === "limited") return { notBeforeMs: reply.failure.retryAfterSecs * 1000 };
      else if (reply.failure.kind !== "refused") return true;
    }
    return false;
  }
}
