/** A bot's parts beside a Telegram and a daemon that are played. */
import type { BotFailure, SentText } from "../../src/channel/telegram/bot_api.ts";
import type { BotContext } from "../../src/channel/telegram/bot_context.ts";
import { Buttons } from "../../src/channel/telegram/buttons.ts";
import { firstChoices } from "../../src/channel/telegram/choices.ts";
import type { KeptMessage } from "../../src/channel/telegram/bot_state.ts";
import { Outgoing } from "../../src/channel/telegram/outgoing.ts";
import { FullyShownRequests } from "../../src/channel/telegram/fully_shown_requests.ts";
import type { NotificationOutcome } from "../../src/channel/kind.ts";
import type { Approval } from "../../src/domain/approval.ts";
import { OPEN_CALL } from "./open_call.ts";

/** Of an edit or a message; undefined: it is taken. */
export type Failure = BotFailure["kind"] | undefined;

export class TelegramRoom {
  approval: Approval = OPEN_CALL;
  readonly edits: string[] = [];
  readonly sent: string[] = [];
  readonly toasts: string[] = [];
  readonly called: string[] = [];
  readonly later: NotificationOutcome[] = [];
  readonly chats: number[] = [];
  /** What the buttons of the newest message send. */
  below: readonly string[] = [];
  readonly warned: string[] = [];
  readonly slept: number[] = [];
  /** What the next edit is replied; none: it is taken. */
  edit: () => Promise<Failure> | Failure = () => undefined;
  /** Throws, or gives a failure, where it is not taken. */
  send: (chat: number) => Promise<Failure | void> | Failure | void = () => {};
  call: (method: string) => unknown = () => ({});
  messages: KeptMessage[] = [];
  readonly stop = new AbortController();
  readonly buttons = new Buttons();
  readonly context: BotContext;

  constructor() {
    const log = { info: () => {}, warn: (text: string) => void this.warned.push(text), error: () => {} };
    this.context = {
      host: {
        log,
        clock: { now: () => 0 },
        bus: { listen: () => () => {} },
        store: { seq: 0, sessions: () => [] },
        approvals: { approvalOf: () => this.approval },
        commands: () => [],
      },
      sender: {
        edit: async ({ text }: { text: string }) => {
          this.edits.push(text);
          return await this.edit();
        },
        editOnce: async ({ text }: { text: string }) => {
          this.edits.push(text);
          const kind = await this.edit();
          return kind === undefined ? undefined : { kind, problem: "", retryAfterSecs: 9 };
        },
        send: async ({ chat, text, buttons = [] }: SentText) => {
          const kind = await this.send(chat);
          if (typeof kind === "string") return { ok: false, failure: { kind, problem: "no", retryAfterSecs: 9 } };
          this.chats.push(chat);
          this.below = buttons.flat().map(({ callback_data }) => callback_data);
          return { ok: true, result: this.sent.push(text) };
        },
        toast: (_: string, text: string) => Promise.resolve(void this.toasts.push(text)),
      },
      state: this,
      outgoing: new Outgoing(log, this.stop.signal),
      buttons: this.buttons,
      shown: new FullyShownRequests(),
      caller: {
        call: async (method: string) => {
          this.called.push(method);
          return await this.call(method);
        },
      },
      chats: [7],
      botId: "1",
      notifications: { isWanted: () => true, endedLater: (outcome: NotificationOutcome) => this.later.push(outcome) },
      unsent: new Set(),
      // A retry's wait ends when it is woken.
      sleep: (ms: number, signal: AbortSignal) =>
        new Promise<void>((resolve) => {
          this.slept.push(ms);
          if (signal.aborted) resolve();
          signal.addEventListener("abort", () => resolve(), { once: true });
        }),
      after: () => () => {},
      signal: this.stop.signal,
    } as unknown as BotContext;
  }

  /** As BotState does. */
  add(one: KeptMessage): void {
    this.messages = [...this.messages, one];
  }

  remove(gone: readonly KeptMessage[]): void {
    this.messages = this.messages.filter((one) => !gone.includes(one));
  }

  async end(): Promise<void> {
    this.stop.abort();
    await this.context.outgoing.ended();
  }

  /** As they stand below the message 3. */
  offered(): readonly string[] {
    const presses = firstChoices(this.approval, true).flat().map(({ press }) => press);
    const words = this.buttons.offer(7, "k1", presses);
    this.buttons.bind(words, 7, 3);
    return words;
  }
}
