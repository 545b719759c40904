/**
 * What the bot does beside its polls. What it sends goes out behind the decision that it tells of: nobody's next command or
 * press waits while Telegram lets a message wait. To one chat it goes in its order.
 */
import type { Log } from "../../platform/system.ts";

/** Messages, each with its parts, that wait for one chat; what comes beyond them is not sent. */
const MAX_WAITING = 50;

export class Outgoing {
  #log: Pick<Log, "warn">;
  #signal: AbortSignal;
  #running = new Set<Promise<unknown>>();
  /** Chat → what goes there last, and how many wait. */
  #chats = new Map<number, { readonly last: Promise<void>; readonly waiting: number }>();

  constructor(log: Pick<Log, "warn">, signal: AbortSignal) {
    this.#log = log;
    this.#signal = signal;
  }

  /** Behind all that goes to the chat already. @returns at once */
  send(chat: number, work: () => Promise<unknown>): void {
    const { last, waiting } = this.#chats.get(chat) ?? { last: Promise.resolve(), waiting: 0 };
    if (waiting >= MAX_WAITING) {
      this.#log.warn("a message is not sent, because too many wait for its chat", { chat });
      return;
    }
    const next = last.then(() => this.#signal.aborted ? undefined : work()).catch((error) => this.#warn(error)).then(
      () => {
        const now = this.#chats.get(chat);
        if (now === undefined || now.waiting <= 1) this.#chats.delete(chat);
        else this.#chats.set(chat, { ...now, waiting: now.waiting - 1 });
      },
    );
    this.#chats.set(chat, { last: next, waiting: waiting + 1 });
    void this.track(next);
  }

  /** Beside all else. */
  run(work: () => Promise<void>): void {
    void this.track(work().catch((error) => this.#warn(error)));
  }

  /** @returns `work`, for which {@link ended} waits too */
  track<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work);
    const over = () => void this.#running.delete(work);
    work.then(over, over);
    return work;
  }

  /** Nothing of it goes on any more. */
  async ended(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  #warn(error: unknown): void {
    if (!this.#signal.aborted) this.#log.warn("something is not told by Telegram", { why: String(error) });
  }
}
