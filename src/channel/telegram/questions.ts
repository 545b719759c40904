/** Sends what is asked to the chats, with buttons, and edits each message when its request is over, wherever that was. */
import type { Approval } from "../../domain/approval.ts";
import { type Need, needMessage } from "../../view/need_words.ts";
import type { NotificationContent } from "../kind.ts";
import { AskedMessages } from "./asked_messages.ts";
import type { BotFailure } from "./bot_api.ts";
import { type BotContext, unkeep } from "./bot_context.ts";
import { type Choices, firstChoices } from "./choices.ts";
import type { KeptMessage } from "./bot_state.ts";
import { aroundOf, fingerprintOf, openedQuestion, openNeedOf } from "./opened_question.ts";
import { failureText } from "./poller.ts";
import { askAgainText, endedText, FORGOTTEN, toldText } from "./question_text.ts";
import { RetryLoop } from "./retry_loop.ts";
import { splitMessage } from "./split_message.ts";

/** Requests that one notification sends whole; the others are counted, and `/approvals` tells them. */
const MAX_ASKED = 10;
/** Requests that wait for a chat to be reached again; the oldest are left out. */
const MAX_UNSENT = 50;
/** An edit that failed so is tried again. */
const LATER: ReadonlySet<BotFailure["kind"]> = new Set(["unreachable", "limited", "unauthorized"]);

export class AskedRequests {
  #context: BotContext;
  #unlisten: () => void;
  #loop: RetryLoop;
  #messages: AskedMessages;
  /** Messages of earlier bots, whose buttons mean nothing until they get those of this one. */
  #old: Set<KeptMessage>;

  constructor(context: BotContext) {
    this.#context = context;
    this.#old = new Set(context.state.messages.filter(({ about }) => about === "approval"));
    const { sleep, signal, outgoing, host: { bus, store } } = context;
    this.#messages = new AskedMessages(context, () => this.reconcile());
    this.#loop = new RetryLoop({ work: () => this.#reconcileAll(), run: (loop) => outgoing.run(loop), sleep, signal });
    this.#unlisten = bus.listen(store.seq, new Set(["approval"]), ({ event: { type, data } }) => {
      if (!type.startsWith("approval.") || !("approval" in data)) return;
      const { id, status } = data.approval as Approval;
      if (status !== "pending" && this.#isKept(id)) this.reconcile();
    });
  }

  stop(): void {
    this.#unlisten();
  }

  /** Tells all chats. @returns why somebody was not told; undefined: all were */
  async ask({ needs, message: { sign, text }, test }: NotificationContent): Promise<string | undefined> {
    const { chats, unsent } = this.#context;
    const asked = needs.filter(({ approval }) => approval !== undefined);
    const told = test ? [`${sign} ${text}`] : needs.filter(({ approval }) => approval === undefined).map(toldText);
    const rest = asked.length - MAX_ASKED;
    if (rest > 0) told.push(`and ${rest} more: /approvals`);
    let problem: string | undefined;
    for (const need of asked.slice(0, MAX_ASKED)) problem = await this.#tell(need, chats) ?? problem;
    for (const chat of told.length === 0 ? [] : chats) problem = await this.#send(chat, told.join("\n")) ?? problem;
    if (unsent.size > 0) this.reconcile();
    return problem;
  }

  /** The question again, in that chat, where it stands there whole. @returns false where it does not, and nothing was sent */
  async askAgain(chat: number, approval: Approval): Promise<boolean> {
    const need = openNeedOf(this.#context, approval);
    const asked = need === undefined ? undefined : await this.#open(need, approval);
    if (asked?.isWhole !== true || this.#approval(approval.id)?.status !== "pending") return false;
    this.#context.outgoing.run(async () => {
      const failure = await this.#messages.send(chat, approval, asked);
      if (failure !== undefined) this.#context.outgoing.lose(failureText(failure));
    });
    return true;
  }

  /** Edits messages that are not as they should be, and sends what could not be sent. */
  reconcile(): void {
    this.#loop.wake();
  }

  /** The request that a message is about; undefined: an earlier daemon sent it. */
  requestOf(chat: number, message: number): string | undefined {
    return this.#messages.requestOf(chat, message);
  }

  /** Whether other buttons can be put below it. */
  knows(chat: number, message: number): boolean {
    return this.#messages.knows(chat, message);
  }

  /** Other buttons below the same text. @returns why they are not there */
  async show(id: string, chat: number, message: number, choices: Choices): Promise<BotFailure["kind"] | undefined> {
    return await this.#messages.show(id, chat, message, choices);
  }

  /** Beside one another: an edit that Telegram lets wait keeps no question from anybody. */
  async #reconcileAll(): Promise<boolean> {
    return (await Promise.all([this.#closeAll(), this.#renewAll(), this.#askUnsent()])).includes(true);
  }

  /** @returns whether some are left for later */
  async #closeAll(): Promise<boolean> {
    let isLeft = false;
    for (const message of this.#over()) {
      const failure = await this.#close(message);
      if (this.#context.signal.aborted) return false;
      if (failure !== undefined && LATER.has(failure)) isLeft = true;
      else unkeep(this.#context, [message]);
    }
    return isLeft;
  }

  async #close({ id, chat, message }: KeptMessage): Promise<BotFailure["kind"] | undefined> {
    const { sender, buttons, signal } = this.#context;
    buttons.drop(id);
    const approval = this.#approval(id);
    const text = approval === undefined ? FORGOTTEN : endedText(approval, aroundOf(this.#context, approval));
    return await sender.edit({ chat, message, text }, signal);
  }

  #over(): readonly KeptMessage[] {
    return this.#context.state.messages.filter(({ about, id }) =>
      about === "approval" && this.#approval(id)?.status !== "pending"
    );
  }

  /** Nobody is notified late who is muted now. @returns whether some are left for later */
  async #askUnsent(): Promise<boolean> {
    const { notifications, unsent, signal, chats } = this.#context;
    for (const [id, waiting] of Map.groupBy([...unsent], (key) => key.slice(key.indexOf(" ") + 1))) {
      if (signal.aborted) return false;
      const approval = this.#approval(id);
      const need = approval?.status === "pending" ? openNeedOf(this.#context, approval) : undefined;
      const isWanted = need !== undefined && notifications.isWanted({ needs: [need], message: needMessage([need]) });
      const problem = isWanted
        ? await this.#tell(need, chats.filter((chat) => waiting.includes(unsentKey(chat, id))))
        : undefined;
      if (problem !== undefined && waiting.some((key) => unsent.has(key))) continue;
      for (const key of waiting) unsent.delete(key);
      if (isWanted) notifications.endedLater(problem === undefined ? { kind: "taken" } : { kind: "failed", problem });
    }
    return unsent.size > 0;
  }

  /** Notes where it could not be sent, but for chats that refuse it. @returns why somebody was not told */
  async #tell(need: Need, chats: readonly number[]): Promise<string | undefined> {
    const { approval } = need;
    if (approval === undefined) return undefined;
    const { id } = approval;
    const asked = await this.#open(need, approval).catch((error) => error as Error);
    if (this.#approval(id)?.status !== "pending") return undefined; // answered meanwhile
    if (asked instanceof Error) {
      for (const chat of chats) this.#noteUnsent(chat, id);
      return `what is asked cannot be opened: ${asked.message}`;
    }
    const problems = await Promise.all(chats.map(async (chat) => {
      const failure = await this.#messages.send(chat, approval, asked);
      if (failure === undefined || failure.kind === "refused") this.#context.unsent.delete(unsentKey(chat, id));
      else this.#noteUnsent(chat, id);
      return failure === undefined ? undefined : failureText(failure);
    }));
    return problems.find((problem) => problem !== undefined);
  }

  /** @returns whether some are left for later */
  async #renewAll(): Promise<boolean> {
    for (const message of [...this.#old]) {
      if (this.#context.signal.aborted) return false;
      const approval = this.#approval(message.id);
      const failure = approval?.status === "pending"
        ? await this.#renewOne(message, approval).catch(() => "unreachable" as const)
        : undefined;
      if (failure === undefined || !LATER.has(failure)) this.#old.delete(message);
    }
    return this.#old.size > 0;
  }

  /**
   * Only what would be asked in the same words gets all buttons again: a name that is longer now would move the places where
   * messages are cut, and a line between two of them could be in none.
   */
  async #renewOne(message: KeptMessage, approval: Approval): Promise<BotFailure["kind"] | undefined> {
    const need = openNeedOf(this.#context, approval);
    if (need === undefined) return undefined;
    const { at, asked: before, chat, id } = message;
    const asked = await openedQuestion(this.#context, need, approval, at ?? 0);
    const { parts, isWhole } = asked;
    if (at === undefined || fingerprintOf(asked) !== before) {
      return await this.#messages.adopt(message, askAgainText(need, id), firstChoices(approval, false));
    }
    const failure = await this.#messages.adopt(message, parts.at(-1) ?? "", firstChoices(approval, isWhole));
    if (failure === undefined && isWhole) this.#context.shown.add(chat, id);
    return failure;
  }

  #open(need: Need, approval: Approval) {
    return openedQuestion(this.#context, need, approval, this.#context.host.clock.now());
  }

  async #send(chat: number, text: string): Promise<string | undefined> {
    const { sender, signal, outgoing } = this.#context;
    const sent = await outgoing.inOrder(chat, async () => {
      for (const part of splitMessage(text)) {
        const reply = await sender.send({ chat, text: part }, signal);
        if (!reply.ok) return failureText(reply.failure);
      }
      return undefined;
    });
    return sent === undefined ? "too many messages wait for its chat" : sent.done;
  }

  #noteUnsent(chat: number, id: string): void {
    const { unsent } = this.#context;
    unsent.add(unsentKey(chat, id));
    for (const oldest of unsent) {
      if (unsent.size <= MAX_UNSENT) break;
      unsent.delete(oldest);
    }
  }

  #isKept(id: string): boolean {
    return this.#context.state.messages.some((one) => one.about === "approval" && one.id === id);
  }

  #approval(id: string): Approval | undefined {
    return this.#context.host.approvals.approvalOf(id);
  }
}

function unsentKey(chat: number, id: string): string {
  return `${chat} ${id}`;
}
