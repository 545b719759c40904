/** The bot as the daemon owns it: it outlives every window, and begins anew only where its own settings have changed. */
import { setTimer } from "../../platform/clock.ts";
import {
  type ChannelContext,
  type ChannelDetails,
  type NotificationContent,
  type NotificationOutcome,
  NOTIFY_MS,
  type OpenChannel,
} from "../kind.ts";
import { sandboxHost } from "../../lib/host_address.ts";
import { secretPlaces } from "../reach_host.ts";
import { Bot } from "./bot.ts";
import { settingsKey, type TelegramSettings } from "./settings.ts";
import { findToken, newTokenCure } from "./token.ts";

export class TelegramChannel implements OpenChannel {
  #context: ChannelContext<TelegramSettings>;
  #bot: Bot | undefined;
  #make: (() => Bot) | undefined;
  /** The bot is the one that the settings want. */
  #replaced: Promise<void> = Promise.resolve();
  #unsent = new Set<string>();
  /** Of the settings that the bot was made of. */
  #key = "";
  #problem: string | undefined;
  #cure = "";

  constructor(context: ChannelContext<TelegramSettings>) {
    this.#context = context;
  }

  /** A token is no part of it. */
  get target(): string {
    const host = sandboxHost(this.#settings.api_url);
    const name = this.#bot?.username ?? "";
    return name === "" ? host : `@${name} at ${host}`;
  }

  problem(): string | undefined {
    return this.#problem ?? this.#bot?.problem;
  }

  get cure(): string {
    if (this.#problem !== undefined) return this.#cure;
    const { keys } = this.#context.daemon.paths;
    switch (this.#bot?.failure) {
      case "unauthorized":
        return newTokenCure(this.#settings, keys);
      case "conflict":
        return `end the other program, or have a bot for this daemon alone: ${newTokenCure(this.#settings, keys)}`;
      case "webhook":
        return "take the webhook away by the command of docs/telegram.md";
      default:
        return "agent-console channel list says when Telegram is reached again";
    }
  }

  isWindow(): boolean {
    return this.#settings.counts_as_window && this.#problem === undefined && (this.#bot?.isReached ?? false);
  }

  start(): void {
    this.reload();
  }

  reload(): boolean {
    const settings = this.#settings;
    const { daemon, notifications } = this.#context;
    const isOn = this.#context.settings.current.enabled;
    const found = isOn ? findToken(settings, secretPlaces(daemon.paths.keys)) : undefined;
    const token = found !== undefined && "token" in found ? found : undefined;
    const key = token === undefined ? "" : settingsKey(settings, token.token);
    if (found !== undefined && "problem" in found) {
      if (found.problem !== this.#problem) daemon.log.warn("Telegram is not begun", { problem: found.problem });
      this.#problem = found.problem;
      this.#cure = found.cure;
    } else this.#problem = undefined;
    if (key === this.#key) return false;
    this.#key = key;
    const unsent = this.#unsent;
    void this.#replace(
      token === undefined ? undefined : () => new Bot({ host: daemon, settings, notifications, unsent, ...token }),
    );
    return token !== undefined;
  }

  async stop(): Promise<void> {
    await this.#replace(undefined);
  }

  /** The old one has written its last before the next one reads the same file. Never rejects. */
  #replace(make: (() => Bot) | undefined): Promise<void> {
    this.#make = make;
    this.#replaced = this.#replaced.then(async () => {
      await this.#bot?.stop();
      this.#bot = this.#make?.();
      this.#bot?.start();
    }).catch((error) => this.#context.daemon.log.error("the bot is not begun", { why: String(error) }));
    return this.#replaced;
  }

  details(): ChannelDetails | undefined {
    const bot = this.#bot;
    if (bot === undefined) return undefined;
    const { isReached: reached, strangers, notSent } = bot;
    return { reached, strangers, ...(notSent === 0 ? {} : { refused: notSent }) };
  }

  /** What takes longer goes on behind the notification. */
  async notify(content: NotificationContent, signal: AbortSignal): Promise<NotificationOutcome> {
    const asked = this.#ask(content).catch((error) => outcomeOf(String(error)));
    return await inTime(asked, {
      ms: NOTIFY_MS,
      signal,
      endedLater: (outcome) => this.#context.notifications.endedLater(outcome),
    });
  }

  async #ask(content: NotificationContent): Promise<NotificationOutcome> {
    await this.#replaced;
    return outcomeOf(this.#bot === undefined ? this.#problem ?? "it was stopped" : await this.#bot.ask(content));
  }

  /** What the sandbox was made of stays until a restart. */
  get #settings(): TelegramSettings {
    const { current, booted: { api_url, bot_token_env } } = this.#context.settings;
    return { ...current, api_url, bot_token_env };
  }
}

/** @param problem undefined where there is none */
function outcomeOf(problem: string | undefined): NotificationOutcome {
  return problem === undefined ? { kind: "taken" } : { kind: "failed", problem };
}

export interface InTimeOptions {
  readonly ms: number;
  readonly signal: AbortSignal;
  readonly endedLater: (outcome: NotificationOutcome) => void;
}

/** @param asked never rejects; how it ends behind its time is told to `endedLater` */
export async function inTime(
  asked: Promise<NotificationOutcome>,
  options: InTimeOptions,
): Promise<NotificationOutcome> {
  const { ms, signal, endedLater } = options;
  const { promise: late, resolve } = Promise.withResolvers<NotificationOutcome>();
  const tooLong = outcomeOf("Telegram takes long; it goes on");
  const callOff = setTimer(ms, () => resolve(tooLong));
  const onAbort = () => resolve(outcomeOf("it was stopped"));
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  const outcome = await Promise.race([asked, late]);
  callOff();
  signal.removeEventListener("abort", onAbort);
  if (outcome === tooLong) {
    void asked.then((ended) => {
      if (!signal.aborted) endedLater(ended);
    });
  }
  return outcome;
}
