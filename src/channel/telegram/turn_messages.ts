/** Turns that were begun by Telegram: what the agent says stands in one message, which is edited while it goes on. */
import { turnById, type TurnState } from "../../core/turn_end.ts";
import { maskSecrets } from "../../domain/mask.ts";
import { clip, escapeControls, escapeControlsKeepLines } from "../../domain/sanitize.ts";
import { isTurnOver } from "../../domain/turn_change.ts";
import { earlyEnd } from "../../view/turn_words.ts";
import type { BotFailure } from "./bot_api.ts";
import { type BotContext, keep, unkeep } from "./bot_context.ts";
import type { KeptMessage } from "./bot_state.ts";
import { failureText } from "./poller.ts";
import { type Left, RetryLoop } from "./retry_loop.ts";
import { MAX_MESSAGE, splitMessage } from "./split_message.ts";

/** At most so often a message is edited while its turn goes on, ms: Telegram refuses more. */
const EDIT_MS = 3000;
/** What is longer than so many messages is told by its end. */
const MAX_PARTS = 4;
/** Of why a turn failed, UTF-16 units. */
const MAX_WHY = 400;

/** A turn that a message follows. */
interface Followed {
  readonly chat: number;
  readonly loop: RetryLoop;
  /** What stands in its message. */
  shown?: string;
  /** Of its end: messages that are there behind the first. */
  sent: number;
}

export class TurnMessages {
  #context: BotContext;
  #unlisten: () => void;
  /** Turns of which something is new, and whose edit is due. */
  #due = new Map<string, () => void>();
  #followed = new Map<string, Followed>();

  constructor(context: BotContext) {
    this.#context = context;
    const { bus, store } = context.host;
    this.#unlisten = bus.listen(store.seq, new Set(["turn"]), ({ event: { type, data } }) => {
      const turnId = "turnId" in data ? String(data.turnId) : "";
      if (!this.#followed.has(turnId) && this.#messageOf(turnId) === undefined) return;
      if (type === "turn.ended") this.#look(turnId);
      else this.#lookLater(turnId);
    });
  }

  stop(): void {
    this.#unlisten();
    for (const callOff of this.#due.values()) callOff();
  }

  /** The message says from now on what becomes of the turn. @param message undefined: it could not be sent, and is later */
  follow(turnId: string, chat: number, message: number | undefined): void {
    if (message !== undefined) keep(this.#context, { about: "turn", id: turnId, chat, message });
    this.#add(turnId, chat);
    this.#look(turnId); // it may be over
  }

  /** Those that an earlier daemon followed. */
  renew(): void {
    for (const { about, id } of this.#context.state.messages) if (about === "turn") this.#look(id);
  }

  #lookLater(turnId: string): void {
    if (this.#due.has(turnId)) return;
    this.#due.set(turnId, this.#context.after(EDIT_MS, () => this.#look(turnId)));
  }

  #look(turnId: string): void {
    this.#due.get(turnId)?.();
    this.#due.delete(turnId);
    const chat = this.#messageOf(turnId)?.chat;
    const followed = this.#followed.get(turnId) ?? (chat === undefined ? undefined : this.#add(turnId, chat));
    followed?.loop.wake();
  }

  /** One loop for each: of two edits on their way at once the older could land last, and hide how the turn ended. */
  #add(turnId: string, chat: number): Followed {
    const { outgoing, sleep, signal } = this.#context;
    const followed: Followed = {
      chat,
      loop: new RetryLoop({
        work: () => this.#tell(turnId, followed),
        run: (loop) => outgoing.run(loop),
        sleep,
        signal,
      }),
      sent: 0,
    };
    this.#followed.set(turnId, followed);
    return followed;
  }

  async #tell(turnId: string, followed: Followed): Promise<Left> {
    const { caller, signal } = this.#context;
    const turn = await turnById(caller, turnId).catch(() => "unknown" as const);
    if (signal.aborted) return false;
    if (turn === "unknown") return true;
    const [text = "", ...more] = turn === undefined ? ["– This turn is over."] : turnMessages(turn);
    const failure = await this.#tellFirst(turnId, followed, text);
    const isRefused = failure?.kind === "refused";
    if (failure !== undefined && !isRefused) return leftBy(failure);
    const isEdit = this.#messageOf(turnId) !== undefined;
    if (turn !== undefined && !isTurnOver(turn.status) && (isEdit || !isRefused)) return false;
    // A message that somebody has deleted takes no edit: its end is a new one.
    const left = isEdit || !isRefused ? await this.#tellRest(followed, isRefused ? [text, ...more] : more) : false;
    // Its number stays until all of its end is there: the next daemon tells it where this one could not.
    if (left !== false || signal.aborted) return left;
    this.#followed.delete(turnId);
    unkeep(this.#context, this.#context.state.messages.filter(({ about, id }) => about === "turn" && id === turnId));
    return false;
  }

  /** By an edit, or as a message where there is none yet. */
  async #tellFirst(turnId: string, followed: Followed, text: string): Promise<BotFailure | undefined> {
    const { sender, outgoing, signal } = this.#context;
    if (followed.shown === text) return undefined;
    const { chat } = followed;
    const message = this.#messageOf(turnId)?.message;
    if (message === undefined) {
      const sent = (await outgoing.inOrder(chat, () => sender.send({ chat, text }, signal)))?.done;
      if (sent === undefined) return { kind: "unreachable", problem: "too many messages wait for its chat" };
      if (!sent.ok) return this.#refused(sent.failure);
      keep(this.#context, { about: "turn", id: turnId, chat, message: sent.result });
    } else {
      const failure = await sender.editOnce({ chat, message, text }, signal);
      if (failure !== undefined) return failure;
    }
    followed.shown = text;
    return undefined;
  }

  async #tellRest(followed: Followed, more: readonly string[]): Promise<Left> {
    const { sender, outgoing, signal } = this.#context;
    const { chat } = followed;
    const told = await outgoing.inOrder(chat, async () => {
      for (; followed.sent < more.length; followed.sent++) {
        const sent = await sender.send({ chat, text: more[followed.sent] ?? "" }, signal);
        if (!sent.ok && this.#refused(sent.failure).kind !== "refused") return leftBy(sent.failure);
      }
      return false;
    });
    return told?.done ?? true;
  }

  #refused(failure: BotFailure): BotFailure {
    if (failure.kind === "refused") this.#context.outgoing.lose(failureText(failure));
    return failure;
  }

  #messageOf(turnId: string): KeptMessage | undefined {
    return this.#context.state.messages.find(({ about, id }) => about === "turn" && id === turnId);
  }
}

function leftBy(failure: BotFailure): Left {
  return failure.kind === "limited" ? { notBeforeMs: failure.retryAfterSecs * 1000 } : true;
}

const SIGNS: Readonly<Record<TurnState["status"], string>> = {
  queued: "○",
  running: "●",
  finished: "✓",
  cancelled: "–",
  failed: "✖",
};

/** What the agent said, and how it stands; of a turn that goes on one message. */
function turnMessages(turn: TurnState): readonly string[] {
  const { status, agent, reply, error, stopReason } = turn;
  const why = status === "failed" ? error : status === "finished" ? earlyEnd(stopReason) : undefined;
  const head = [`${SIGNS[status]} ${agent}: ${status}`, ...(why === undefined ? [] : [clip(why, MAX_WHY)])].map(
    escapeControls,
  );
  const said = maskSecrets(escapeControlsKeepLines(reply.trim()));
  const title = head.join("\n");
  if (said === "") return splitMessage(title);
  const most = isTurnOver(status) ? MAX_PARTS : 1;
  const parts = splitMessage(said, MAX_MESSAGE - title.length - 3);
  const [first = "", ...more] = parts.slice(-most);
  return [`${title}\n\n${parts.length > most ? "…" : ""}${first}`, ...more];
}
