/** The bot as the daemon owns it: it outlives every window, and begins anew only where its own settings have changed. */
import { setTimer } from "../../platform/clock.ts";
import {
  CALL_MS,
  type CallContent,
  type CallOutcome,
  type ChannelContext,
  type ChannelDetails,
  type OpenChannel,
} from "../kind.ts";
import { secretPlaces } from "../reach_host.ts";
import { Bot } from "./bot.ts";
import { botHost, settingsKey, type TelegramSettings } from "./settings.ts";
import { findToken } from "./token.ts";

export class TelegramChannel implements OpenChannel {
  #context: ChannelContext<TelegramSettings>;
  #bot: Bot | undefined;
  /** Of the settings that the bot was made of. */
  #key = "";
  #problem: string | undefined;
  #cure = "";

  constructor(context: ChannelContext<TelegramSettings>) {
    this.#context = context;
  }

  /** A token is no part of it. */
  get target(): string {
    const host = botHost(this.#settings.api_url);
    const name = this.#bot?.username ?? "";
    return name === "" ? host : `@${name} at ${host}`;
  }

  problem(): string | undefined {
    return this.#problem ?? this.#bot?.problem;
  }

  get cure(): string {
    return this.#problem === undefined ? "agent-console channel list says when Telegram is reached again" : this.#cure;
  }

  start(): void {
    this.reload();
  }

  reload(): void {
    const settings = this.#settings;
    const { daemon, calls } = this.#context;
    const isOn = this.#context.settings.current.enabled;
    const found = isOn ? findToken(settings, secretPlaces(daemon.paths.keys)) : undefined;
    const token = found !== undefined && "token" in found ? found : undefined;
    const key = token === undefined ? "" : settingsKey(settings, token.token);
    if (found !== undefined && "problem" in found) {
      if (found.problem !== this.#problem) daemon.log.warn("Telegram is not begun", { problem: found.problem });
      this.#problem = found.problem;
      this.#cure = found.cure;
    } else this.#problem = undefined;
    if (key === this.#key) return;
    this.#key = key;
    this.#bot?.stop();
    this.#bot = token === undefined ? undefined : new Bot({ host: daemon, settings, calls, ...token });
    this.#bot?.start();
  }

  stop(): void {
    this.#bot?.stop();
  }

  details(): ChannelDetails | undefined {
    const bot = this.#bot;
    return bot === undefined ? undefined : { reached: bot.isReached, strangers: bot.strangers };
  }

  /** What takes longer goes on behind the call. */
  async call(content: CallContent, signal: AbortSignal): Promise<CallOutcome> {
    const bot = this.#bot;
    if (bot === undefined) return { kind: "failed", problem: this.#problem ?? "it was stopped" };
    const { promise: late, resolve } = Promise.withResolvers<string>();
    const callOff = setTimer(CALL_MS, () => resolve("Telegram takes long; it goes on"));
    const onAbort = () => resolve("it was stopped");
    signal.addEventListener("abort", onAbort, { once: true });
    const asked = bot.ask(content).catch((error) => String(error));
    const problem = await Promise.race([asked, late]);
    callOff();
    signal.removeEventListener("abort", onAbort);
    return problem === undefined ? { kind: "taken" } : { kind: "failed", problem };
  }

  /** What the sandbox was made of stays until a restart. */
  get #settings(): TelegramSettings {
    const { current, booted: { api_url, bot_token_env } } = this.#context.settings;
    return { ...current, api_url, bot_token_env };
  }
}
