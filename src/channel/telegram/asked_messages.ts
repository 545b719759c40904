/** The messages in which requests are asked: how they get their buttons, and what stands in each. */
import type { Approval } from "../../domain/approval.ts";
import type { BotFailure, ButtonRows } from "./bot_api.ts";
import { type BotContext, keep } from "./bot_context.ts";
import { type Choices, firstChoices } from "./choices.ts";
import type { KeptMessage } from "./bot_state.ts";
import { fingerprintOf } from "./opened_question.ts";
import type { QuestionMessages } from "./question_text.ts";

/** Messages whose text and request are remembered; the buttons of those before are old. */
const MAX_REMEMBERED = 500;

interface Remembered {
  /** The request. */
  readonly id: string;
  /** What stands above the buttons, as we have sent it. */
  readonly text: string;
}

export class AskedMessages {
  #context: BotContext;
  /** A request may be over whose message has buttons. */
  #onOver: () => void;
  /** By chat and number. */
  #remembered = new Map<string, Remembered>();

  constructor(context: BotContext, onOver: () => void) {
    this.#context = context;
    this.#onOver = onOver;
  }

  /** The request that a message is about; undefined: an earlier daemon sent it. */
  requestOf(chat: number, message: number): string | undefined {
    return this.#remembered.get(`${chat} ${message}`)?.id ??
      this.#context.state.messages.find((one) => one.chat === chat && one.message === message)?.id;
  }

  /** Whether other buttons can be put below it. */
  knows(chat: number, message: number): boolean {
    return this.#remembered.has(`${chat} ${message}`);
  }

  /** All of its messages, in a row. @returns why they are not there; undefined too where it is not open any more */
  async send(chat: number, approval: Approval, asked: QuestionMessages): Promise<BotFailure | undefined> {
    const { outgoing, signal } = this.#context;
    const sent = await outgoing.inOrder(chat, () => this.#sendParts(chat, approval, asked));
    if (sent !== undefined) return sent.done;
    return signal.aborted ? { kind: "stopped", problem: "it was stopped" } : TOO_MANY;
  }

  async #sendParts(chat: number, approval: Approval, asked: QuestionMessages): Promise<BotFailure | undefined> {
    const { buttons, sender, signal, shown } = this.#context;
    const { parts, isWhole } = asked;
    const { id } = approval;
    if (!this.#isOpen(id)) return undefined;
    for (const text of parts.slice(0, -1)) {
      const sent = await sender.send({ chat, text }, signal);
      if (!sent.ok) return sent.failure;
    }
    const text = parts.at(-1) ?? "";
    const { nonces, rows } = this.#offer(chat, id, firstChoices(approval, isWhole));
    const sent = await sender.send({ chat, text, buttons: rows }, signal);
    if (!sent.ok) {
      buttons.drop(id, nonces);
      return sent.failure;
    }
    const message = sent.result;
    this.#remember(chat, message, { id, text });
    buttons.bind(nonces, chat, message);
    if (isWhole) shown.add(chat, id);
    keep(this.#context, { about: "approval", id, chat, message, at: asked.at, asked: fingerprintOf(asked) });
    if (!this.#isOpen(id)) this.#onOver();
    return undefined;
  }

  /** What an earlier bot has sent, whose text is known to be this: buttons of ours. @returns why they are not there */
  async adopt(
    { id, chat, message }: KeptMessage,
    text: string,
    choices: Choices,
  ): Promise<BotFailure["kind"] | undefined> {
    this.#remember(chat, message, { id, text });
    return await this.show(id, chat, message, choices);
  }

  /** Other buttons below the same text. @returns why they are not there */
  async show(id: string, chat: number, message: number, choices: Choices): Promise<BotFailure["kind"] | undefined> {
    const { buttons, sender, signal, state } = this.#context;
    // Never what the press says that stands there: a message that is old comes without its text.
    const text = this.#remembered.get(`${chat} ${message}`)?.text;
    if (text === undefined || !this.#isOpen(id)) return undefined;
    const { nonces, rows } = this.#offer(chat, id, choices);
    const failure = await sender.edit({ chat, message, text, buttons: rows }, signal);
    if (failure === undefined) buttons.bind(nonces, chat, message);
    else buttons.add(nonces, message); // it may have been taken, and only its reply lost
    if (!this.#isOpen(id)) {
      // The edit of its end may have been before this one.
      if (!state.messages.some((one) => one.about === "approval" && one.chat === chat && one.message === message)) {
        keep(this.#context, { about: "approval", id, chat, message });
      }
      this.#onOver();
    }
    return failure;
  }

  #remember(chat: number, message: number, remembered: Remembered): void {
    this.#remembered.set(`${chat} ${message}`, remembered);
    for (const oldest of this.#remembered.keys()) {
      if (this.#remembered.size <= MAX_REMEMBERED) break;
      this.#remembered.delete(oldest);
    }
  }

  #offer(chat: number, approval: string, choices: Choices): { nonces: readonly string[]; rows: ButtonRows } {
    const nonces = this.#context.buttons.offer(chat, approval, choices.flat().map(({ press }) => press));
    let at = 0;
    const rows = choices.map((row) => row.map(({ text }) => ({ text, callback_data: nonces[at++] ?? "" })));
    return { nonces, rows };
  }

  #isOpen(id: string): boolean {
    return this.#context.host.approvals.approvalOf(id)?.status === "pending";
  }
}

const TOO_MANY: BotFailure = { kind: "unreachable", problem: "too many messages wait for its chat" };
