/** Sends what is asked to the chats, with buttons, and edits each message when its request is over, wherever that was. */
import type { Approval } from "../../domain/approval.ts";
import { type Need, needMessage } from "../../view/need_words.ts";
import type { CallContent } from "../kind.ts";
import type { BotFailure, ButtonRows } from "./bot_api.ts";
import { type BotContext, keep, unkeep } from "./bot_context.ts";
import { type Choices, firstChoices } from "./choices.ts";
import type { KeptMessage } from "./kept.ts";
import { failureText } from "./poller.ts";
import { aroundOf, openedQuestion, openNeedOf } from "./opened_question.ts";
import { endedText, FORGOTTEN, type QuestionMessages, toldText } from "./question_text.ts";
import { splitMessage } from "./split_message.ts";

/** Requests that one call sends whole; the others are counted, and `/approvals` tells them. */
const MAX_ASKED = 10;
/** Requests that wait for Telegram to be reached again; the oldest are left out. */
const MAX_UNSENT = 50;
/** Messages whose request is remembered after its end. */
const MAX_SENT = 500;
/** An edit that failed so is tried again. */
const LATER: ReadonlySet<BotFailure["kind"]> = new Set(["unreachable", "limited", "unauthorized"]);
const RETRY_MS = 5000;
const LONGEST_RETRY_MS = 60_000;

export class AskedRequests {
  #context: BotContext;
  #unlisten: () => void;
  #reconciling = false;
  #again = false;
  /** Chat and number of the messages of this daemon → the request that each is about. */
  #sent = new Map<string, string>();
  /** Ends a wait for another try. */
  #wake = new AbortController();
  /** Messages of earlier bots, whose buttons mean nothing until they get those of this one. */
  #old: Set<KeptMessage>;

  constructor(context: BotContext) {
    this.#context = context;
    this.#old = new Set(context.kept.messages.filter(({ about }) => about === "approval"));
    const { bus, store } = context.host;
    this.#unlisten = bus.listen(store.seq, new Set(["approval"]), ({ event: { type, data } }) => {
      if (!type.startsWith("approval.") || !("approval" in data)) return;
      const { id, status } = data.approval as Approval;
      if (status !== "pending" && this.#keptOf(id).length > 0) this.reconcile();
    });
  }

  stop(): void {
    this.#unlisten();
  }

  /** Tells all chats. @returns why somebody was not told; undefined: all were */
  async ask({ needs, message: { sign, text }, test }: CallContent): Promise<string | undefined> {
    const asked = needs.filter(({ approval }) => approval !== undefined);
    const told = test ? [`${sign} ${text}`] : needs.filter(({ approval }) => approval === undefined).map(toldText);
    const rest = asked.length - MAX_ASKED;
    if (rest > 0) told.push(`and ${rest} more: /approvals`);
    let problem: string | undefined;
    for (const need of asked.slice(0, MAX_ASKED)) problem = await this.#askOne(need) ?? problem;
    for (const chat of told.length === 0 ? [] : this.#context.chats) {
      for (const part of splitMessage(told.join("\n"))) problem = await this.#send(chat, part) ?? problem;
    }
    return problem;
  }

  /** The question again, in that chat, where it stands there whole. @returns false where it does not, and nothing was sent */
  async askAgain(chat: number, approval: Approval): Promise<boolean> {
    const need = openNeedOf(this.#context, approval);
    const asked = need === undefined ? undefined : await openedQuestion(this.#context, need, approval);
    if (asked?.isWhole !== true || this.#approval(approval.id)?.status !== "pending") return false;
    this.#context.outgoing.send(chat, async () => {
      await this.#askChat(chat, approval, asked);
      this.reconcile(); // it may have been answered meanwhile
    });
    return true;
  }

  /** Edits messages that are not as they should be, and sends what could not be sent; one run at a time. */
  reconcile(): void {
    this.#again = true;
    this.#wake.abort();
    if (this.#reconciling) return;
    this.#reconciling = true;
    this.#context.outgoing.run(() => this.#reconcileAll().finally(() => this.#reconciling = false));
  }

  async #reconcileAll(): Promise<void> {
    const { signal, sleep } = this.#context;
    let failures = 0;
    while (this.#again && !signal.aborted) {
      this.#again = false;
      this.#wake = new AbortController();
      // Beside one another: an edit that Telegram lets wait keeps no question from anybody.
      const left = await Promise.all([this.#closeAll(), this.#renewAll(), this.#askUnsent()]);
      if (!left.includes(true)) {
        failures = 0;
        continue;
      }
      this.#again = true;
      const woken = AbortSignal.any([signal, this.#wake.signal]);
      await sleep(Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** Math.min(failures++, 5)), woken).catch(() => {});
    }
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

  /** Nobody is called late who is muted now. @returns whether some are left for later */
  async #askUnsent(): Promise<boolean> {
    const { calls, unsent, signal } = this.#context;
    for (const id of [...unsent]) {
      if (signal.aborted) return false;
      const approval = this.#approval(id);
      const need = approval?.status === "pending" ? openNeedOf(this.#context, approval) : undefined;
      const isWanted = need !== undefined && calls.isWanted({ needs: [need], message: needMessage([need]) });
      const problem = isWanted ? await this.#tell(need) : undefined;
      if (problem !== undefined && this.#keptOf(id).length === 0) continue;
      unsent.delete(id);
      if (isWanted) calls.endedLater({ kind: "taken" });
    }
    return unsent.size > 0;
  }

  async #close({ id, chat, message }: KeptMessage): Promise<BotFailure["kind"] | undefined> {
    const { sender, buttons, signal } = this.#context;
    buttons.drop(id);
    const approval = this.#approval(id);
    const text = approval === undefined ? FORGOTTEN : endedText(approval, aroundOf(this.#context));
    return await sender.edit({ chat, message, text }, signal);
  }

  #over(): readonly KeptMessage[] {
    return this.#context.kept.messages.filter(({ about, id }) =>
      about === "approval" && this.#approval(id)?.status !== "pending"
    );
  }

  /** The request that a message is about; undefined: an earlier daemon sent it. */
  requestOf(chat: number, message: number): string | undefined {
    return this.#sent.get(`${chat} ${message}`) ??
      this.#context.kept.messages.find((one) => one.chat === chat && one.message === message)?.id;
  }

  /** Other buttons below the same text. @returns why they are not there */
  async show(
    id: string,
    chat: number,
    message: number,
    text: string,
    choices: Choices,
  ): Promise<BotFailure["kind"] | undefined> {
    const { buttons, sender, signal } = this.#context;
    if (this.#approval(id)?.status !== "pending") return undefined;
    const { nonces, rows } = this.#offer(chat, id, choices);
    const failure = await sender.edit({ chat, message, text, buttons: rows }, signal);
    if (failure === undefined) buttons.bind(nonces, chat, message);
    else buttons.add(nonces, message); // it may have been taken, and only its reply lost
    if (this.#approval(id)?.status !== "pending") {
      // The edit of its end may have been before this one.
      if (!this.#keptOf(id).some((one) => one.chat === chat && one.message === message)) {
        keep(this.#context, { about: "approval", id, chat, message });
      }
      this.reconcile();
    }
    return failure;
  }

  /** What reached no chat is tried again. */
  async #askOne(need: Need): Promise<string | undefined> {
    const problem = await this.#tell(need);
    const id = need.approval?.id ?? "";
    if (problem !== undefined && this.#keptOf(id).length === 0) {
      this.#noteUnsent(id);
      this.reconcile();
    }
    return problem;
  }

  async #tell(need: Need): Promise<string | undefined> {
    const { chats } = this.#context;
    const { approval } = need;
    if (approval === undefined) return undefined;
    const asked = await openedQuestion(this.#context, need, approval).catch((error) => error as Error);
    if (this.#approval(approval.id)?.status !== "pending") return undefined; // answered meanwhile
    if (asked instanceof Error) return `what is asked cannot be opened: ${asked.message}`;
    let problem: string | undefined;
    for (const chat of chats) problem = await this.#askChat(chat, approval, asked) ?? problem;
    if (this.#approval(approval.id)?.status !== "pending") this.reconcile();
    return problem;
  }

  async #askChat(
    chat: number,
    approval: Approval,
    { parts, isWhole }: QuestionMessages,
  ): Promise<string | undefined> {
    const { buttons, sender, signal } = this.#context;
    for (const text of parts.slice(0, -1)) {
      const problem = await this.#send(chat, text);
      if (problem !== undefined) return problem;
    }
    const { nonces, rows } = this.#offer(chat, approval.id, firstChoices(approval, isWhole));
    const sent = await sender.send({ chat, text: parts.at(-1) ?? "", buttons: rows }, signal);
    if (!sent.ok) {
      buttons.drop(approval.id, nonces);
      return failureText(sent.failure);
    }
    buttons.bind(nonces, chat, sent.result);
    if (isWhole) this.#context.shown.add(chat, approval.id);
    this.#sent.set(`${chat} ${sent.result}`, approval.id);
    for (const oldest of this.#sent.keys()) {
      if (this.#sent.size <= MAX_SENT) break;
      this.#sent.delete(oldest);
    }
    keep(this.#context, { about: "approval", id: approval.id, chat, message: sent.result });
    return undefined;
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

  async #renewOne({ id, chat, message }: KeptMessage, approval: Approval) {
    const need = openNeedOf(this.#context, approval);
    if (need === undefined) return undefined;
    const { parts, isWhole } = await openedQuestion(this.#context, need, approval);
    const failure = await this.show(id, chat, message, parts.at(-1) ?? "", firstChoices(approval, isWhole));
    if (failure === undefined && isWhole) this.#context.shown.add(chat, id);
    return failure;
  }

  #offer(chat: number, approval: string, choices: Choices): { nonces: readonly string[]; rows: ButtonRows } {
    const nonces = this.#context.buttons.offer(chat, approval, choices.flat().map(({ press }) => press));
    let at = 0;
    const rows = choices.map((row) => row.map(({ text }) => ({ text, callback_data: nonces[at++] ?? "" })));
    return { nonces, rows };
  }

  async #send(chat: number, text: string): Promise<string | undefined> {
    const { sender, signal } = this.#context;
    const sent = await sender.send({ chat, text }, signal);
    return sent.ok ? undefined : failureText(sent.failure);
  }

  #noteUnsent(id: string): void {
    const { unsent } = this.#context;
    unsent.add(id);
    for (const oldest of unsent) {
      if (unsent.size <= MAX_UNSENT) break;
      unsent.delete(oldest);
    }
  }

  #keptOf(id: string): readonly KeptMessage[] {
    return this.#context.kept.messages.filter((one) => one.about === "approval" && one.id === id);
  }

  #approval(id: string): Approval | undefined {
    return this.#context.host.approvals.approvalOf(id);
  }
}
