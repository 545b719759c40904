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
  #notSent = 0;
  /** Chat → what goes there last, and how many wait. */
  #chats = new Map<number, { readonly last: Promise<void>; readonly waiting: number }>();

  constructor(log: Pick<Log, "warn">, signal: AbortSignal) {
    this.#log = log;
    this.#signal = signal;
  }

  /** Messages that were not sent, and are not tried again, since the bot's start. */
  get notSent(): number {
    return this.#notSent;
  }

  /** Behind all that goes to the chat already. @returns at once */
  send(chat: number, work: () => Promise<unknown>): void {
    this.run(async () => {
      if (await this.inOrder(chat, work) === undefined) this.lose("too many wait for its chat");
    });
  }

  /** The same, for who waits for it. @returns undefined where it was not done: too many wait, or the bot has stopped */
  async inOrder<T>(chat: number, work: () => Promise<T>): Promise<{ readonly done: T } | undefined> {
    const { last, waiting } = this.#chats.get(chat) ?? { last: Promise.resolve(), waiting: 0 };
    if (waiting >= MAX_WAITING) return undefined;
    const done = this.track(last.then(async () => this.#signal.aborted ? undefined : { done: await work() }));
    const over = () => {
      const now = this.#chats.get(chat);
      if (now === undefined || now.waiting <= 1) this.#chats.delete(chat);
      else this.#chats.set(chat, { ...now, waiting: now.waiting - 1 });
    };
    this.#chats.set(chat, { last: done.then(over, over), waiting: waiting + 1 });
    return await done;
  }

  /** A message that is not sent, and not tried again. @param why safe to show */
  lose(why: string): void {
    if (this.#signal.aborted) return;
    this.#notSent++;
    this.#log.warn("a message is not sent by Telegram", { why });
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
