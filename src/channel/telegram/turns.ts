/** Turns that were begun by Telegram: what the agent says stands in one message, which is edited while it goes on. */
import { turnById, type TurnState } from "../../core/turn_end.ts";
import { maskSecrets } from "../../domain/mask.ts";
import { clip, escapeControls, escapeControlsKeepLines } from "../../domain/sanitize.ts";
import { isTurnOver } from "../../domain/turn_change.ts";
import { earlyEnd } from "../../view/turn_words.ts";
import { type BotContext, keep, unkeep } from "./bot_context.ts";
import type { KeptMessage } from "./kept.ts";
import { MAX_MESSAGE, splitMessage } from "./split_message.ts";

/** At most so often a message is edited while its turn goes on, ms: Telegram refuses more. */
const EDIT_MS = 3000;
/** What is longer than so many messages is told by its end. */
const MAX_PARTS = 4;
/** Of why a turn failed, UTF-16 units. */
const MAX_WHY = 400;

export class BegunTurns {
  #context: BotContext;
  #unlisten: () => void;
  /** Turns of which something is new, and whose edit is due. */
  #due = new Map<string, () => void>();
  #shown = new Map<string, string>();
  /** Turns whose message is edited now; whether something was new meanwhile. */
  #editing = new Map<string, boolean>();

  constructor(context: BotContext) {
    this.#context = context;
    const { bus, store } = context.host;
    this.#unlisten = bus.listen(store.seq, new Set(["turn"]), ({ event: { type, data } }) => {
      const turnId = "turnId" in data ? String(data.turnId) : "";
      if (this.#messageOf(turnId) === undefined) return;
      if (type === "turn.ended") this.#look(turnId);
      else this.#lookLater(turnId);
    });
  }

  stop(): void {
    this.#unlisten();
    for (const callOff of this.#due.values()) callOff();
  }

  /** The message says from now on what becomes of the turn. */
  follow(turnId: string, chat: number, message: number): void {
    keep(this.#context, { about: "turn", id: turnId, chat, message });
    this.#look(turnId); // it may be over
  }

  /** Those that an earlier daemon followed. */
  renew(): void {
    for (const { about, id } of this.#context.kept.messages) if (about === "turn") this.#look(id);
  }

  #lookLater(turnId: string): void {
    if (this.#due.has(turnId)) return;
    this.#due.set(turnId, this.#context.after(EDIT_MS, () => this.#look(turnId)));
  }

  #look(turnId: string): void {
    this.#due.get(turnId)?.();
    this.#due.delete(turnId);
    if (this.#editing.has(turnId)) return void this.#editing.set(turnId, true);
    this.#context.outgoing.run(() => this.#editInOrder(turnId));
  }

  /** One edit after the other: of two on their way at once the older one could land last, and hide how the turn ended. */
  async #editInOrder(turnId: string): Promise<void> {
    try {
      do {
        this.#editing.set(turnId, false);
        await this.#edit(turnId);
      } while (this.#editing.get(turnId));
    } finally {
      this.#editing.delete(turnId);
    }
  }

  async #edit(turnId: string): Promise<void> {
    const { caller, signal } = this.#context;
    const kept = this.#messageOf(turnId);
    if (kept === undefined || signal.aborted) return;
    const turn = await turnById(caller, turnId);
    const isOver = turn === undefined || isTurnOver(turn.status);
    const [text = "", ...more] = turn === undefined ? ["– This turn is over."] : turnMessages(turn);
    if (isOver) return await this.#end(kept, text, more);
    if (this.#shown.get(turnId) === text) return;
    this.#shown.set(turnId, text);
    const { chat, message } = kept;
    await this.#context.sender.edit({ chat, message, text }, signal);
  }

  /** Its number stays until the end stands there: what did not get through is told when Telegram is reached again. */
  async #end(kept: KeptMessage, text: string, more: readonly string[]): Promise<void> {
    const { sender, signal } = this.#context;
    const { id, chat, message } = kept;
    const failure = await sender.edit({ chat, message, text }, signal);
    if (failure !== undefined && failure !== "refused") return;
    this.#shown.delete(id);
    unkeep(this.#context, [kept]);
    for (const part of more) await sender.send({ chat, text: part }, signal);
  }

  #messageOf(turnId: string): KeptMessage | undefined {
    return this.#context.kept.messages.find(({ about, id }) => about === "turn" && id === turnId);
  }
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
