/**
 * One bot from its start to its stop: it polls, acts on what those in the list send, and edits its messages when what they say
 * is over.
 */
import type { NotificationContent, NotificationsDoor } from "../kind.ts";
import { daemonTimers, setTimer } from "../../platform/clock.ts";
import { denoFiles } from "../../platform/deno_files.ts";
import { BotApi, type BotFailure } from "./bot_api.ts";
import { type BotContext, type BotHost, TELEGRAM } from "./bot_context.ts";
import { Buttons } from "./buttons.ts";
import { Commands } from "./commands.ts";
import { type numberedUpdates, parseUpdate, readCommand } from "./parse_update.ts";
import { BotState } from "./bot_state.ts";
import { moreThanAnswers } from "./more_than_answers.ts";
import { Outgoing } from "./outgoing.ts";
import { Poller } from "./poller.ts";
import { onCallbackQuery } from "./callback_queries.ts";
import { AskedRequests } from "./questions.ts";
import { Sender } from "./sender.ts";
import { FullyShownRequests } from "./fully_shown_requests.ts";
import type { TelegramSettings } from "./settings.ts";
import { ToldCommands } from "./told_commands.ts";
import { TurnMessages } from "./turn_messages.ts";

export interface BotOptions {
  readonly host: BotHost;
  readonly settings: TelegramSettings;
  readonly token: string;
  readonly botId: string;
  readonly notifications: NotificationsDoor;
  /** What an earlier bot could not send. */
  readonly unsent: Set<string>;
}

/** All that it waits for ends by its signal: this is for what does not. */
const STOP_MS = 5000;

type Numbered = ReturnType<typeof numberedUpdates>[number];

export class Bot {
  #context: BotContext;
  #api: BotApi;
  #poller: Poller;
  #questions: AskedRequests;
  #turns: TurnMessages;
  #told: ToldCommands;
  #commands: Commands;
  #allowed: ReadonlySet<number>;
  #stopped = new AbortController();
  #username = "";
  #strangers = 0;

  constructor({ host, settings, token, botId, notifications, unsent }: BotOptions) {
    const { signal } = this.#stopped;
    const { sleep } = daemonTimers;
    const api = this.#api = new BotApi({ url: settings.api_url, token });
    const state = new BotState(denoFiles, host.paths.telegram, botId);
    this.#allowed = new Set(settings.allowed_chat_ids);
    const context = this.#context = {
      host,
      sender: new Sender({ api, sleep }),
      outgoing: new Outgoing(host.log, signal),
      state,
      buttons: new Buttons(),
      shown: new FullyShownRequests(),
      caller: host.methods.as({ kind: TELEGRAM, scope: "approve", signal }),
      chats: [...this.#allowed],
      botId,
      notifications,
      unsent,
      sleep,
      after: setTimer,
      signal,
    };
    this.#questions = new AskedRequests(context);
    this.#turns = new TurnMessages(context);
    this.#told = new ToldCommands(context, api);
    const more = moreThanAnswers(host.methods, settings.can_run, signal);
    this.#commands = new Commands({
      context,
      questions: this.#questions,
      turns: this.#turns,
      more,
      canRun: settings.can_run,
    });
    this.#poller = new Poller({
      api,
      log: host.log,
      sleep,
      steady: () => host.clock.steady(),
      random: Math.random,
      offset: () => state.offset,
      quietMs: () => state.offsetAt === undefined ? undefined : host.clock.now() - state.offsetAt,
      saveOffset: (offset) => state.setOffset(offset, host.clock.now()),
      act: (update) => this.#act(update),
      onReached: () => this.#renew(),
    });
  }

  /** What keeps it from hearing anybody now. */
  get problem(): string | undefined {
    return this.#poller.problem;
  }

  get failure(): BotFailure["kind"] | undefined {
    return this.#poller.failure;
  }

  /** Telegram's name of it, once that is known. */
  get username(): string {
    return this.#username;
  }

  get isReached(): boolean {
    return this.#poller.isReached;
  }

  /** Updates from others than those in the list, since its start. */
  get strangers(): number {
    return this.#strangers;
  }

  /** Replies and ends of turns that were refused, since its start. */
  get notSent(): number {
    return this.#context.outgoing.notSent;
  }

  start(): void {
    const { outgoing, host: { log } } = this.#context;
    outgoing.run(() => this.#run().catch((error) => log.error("the bot has ended", { why: String(error) })));
  }

  /** What it writes is written when this ends. Never rejects. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#questions.stop();
    this.#turns.stop();
    this.#told.stop();
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const callOff = setTimer(STOP_MS, resolve);
    await Promise.race([this.#context.outgoing.ended(), late]);
    callOff();
  }

  /** @returns why somebody was not told; undefined: all were */
  async ask(content: NotificationContent): Promise<string | undefined> {
    return await this.#context.outgoing.track(this.#questions.ask(content));
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    const me = await this.#poller.untilDone(() => this.#api.getMe(signal), signal);
    if (me === undefined) return;
    this.#username = String(me.username ?? "");
    this.#told.renew();
    await this.#poller.run(signal);
  }

  #renew(): void {
    this.#turns.renew();
    this.#questions.reconcile();
  }

  /** Never rejects: what one update does wrong is nothing to the next. */
  async #act(update: Numbered): Promise<boolean> {
    const heard = parseUpdate(update, this.#allowed);
    if (heard.kind === "stranger") this.#strangers++;
    if (heard.kind === "stranger" || heard.kind === "other") return false;
    try {
      if (heard.kind === "callback_query") await onCallbackQuery(this.#context, this.#questions, heard);
      else await this.#commands.reply(heard.chat, readCommand(heard.text, this.#username), update.update_id);
    } catch (error) {
      if (!this.#stopped.signal.aborted) {
        this.#context.host.log.warn("what was sent by Telegram did nothing", { why: String(error) });
      }
    }
    return true;
  }
}
