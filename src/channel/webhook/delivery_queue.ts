/**
 * The notifications of a webhook that wait for another try: each is tried after growing waits, for as long as somebody is needed, and
 * counts as lost behind the last try. They are few, and gone with the daemon: what is still open then is in the inbox.
 */

/** One notification, the same in each try. */
export interface WebhookMessage {
  readonly id: string;
  readonly body: string;
  /** Requests of which it tells all. */
  readonly whole: readonly string[];
  /** Whether anybody is still needed for it, now. */
  readonly isWanted: () => boolean;
}

export type DeliveryResult =
  | { readonly kind: "delivered" }
  /** It may be tried again. */
  | { readonly kind: "failed"; readonly problem: string }
  /** Nothing may be tried again: the server wants no more. */
  | { readonly kind: "gone"; readonly problem: string };

export interface DeliveryQueueOptions {
  readonly deliver: (message: WebhookMessage) => Promise<DeliveryResult>;
  readonly after: (ms: number, action: () => void) => () => void;
  /** From 0 to 1. */
  readonly random: () => number;
  /**
   * How a try behind the first ended, or how the last one had where nobody is needed any more; `isLast`: there will be none
   * behind it.
   */
  readonly onTried: (delivery: DeliveryResult, isLast: boolean) => void;
}

/** Waits before the second try and those behind it, ms. */
export const RETRY_MS: readonly number[] = [5_000, 60_000, 5 * 60_000, 30 * 60_000, 2 * 3_600_000];
/** A wait is so much longer or shorter, at most: many that failed together are not tried together. */
const JITTER = 0.2;
/** The oldest gives way. */
const MAX_WAITING = 50;

export class DeliveryQueue {
  #o: DeliveryQueueOptions;
  /** Message → cancels its next try. */
  #waiting = new Map<WebhookMessage, () => void>();
  #deadLetters = 0;
  #isStopped = false;

  constructor(options: DeliveryQueueOptions) {
    this.#o = options;
  }

  /** Notifications that wait for another try. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Notifications that were given up since the start. */
  get deadLetters(): number {
    return this.#deadLetters;
  }

  /** @returns how the first try ended, and in how many ms the next one is */
  async send(message: WebhookMessage): Promise<{ readonly delivery: DeliveryResult; readonly nextMs?: number }> {
    const delivery = await this.#o.deliver(message);
    if (delivery.kind === "gone") this.#giveUp(message);
    if (delivery.kind !== "failed" || this.#isStopped || !message.isWanted()) return { delivery };
    return { delivery, nextMs: this.#wait(message, 0, delivery) };
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  /** The one that was refused, and all that wait. A test, and what nobody is needed for any more, is no loss. */
  #giveUp(refused: WebhookMessage): void {
    this.#deadLetters += [refused, ...this.#waiting.keys()].filter((one) => one.isWanted()).length;
    this.#cancel();
  }

  #cancel(): void {
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }

  /** @param tries that were made again so far @param last how the last of all ended */
  #wait(message: WebhookMessage, tries: number, last: DeliveryResult): number {
    for (const [oldest, cancel] of this.#waiting) {
      if (this.#waiting.size < MAX_WAITING) break;
      cancel();
      this.#waiting.delete(oldest);
      this.#deadLetters++;
    }
    const ms = Math.round((RETRY_MS[tries] ?? 0) * (1 + JITTER * (2 * this.#o.random() - 1)));
    this.#waiting.set(message, this.#o.after(ms, () => void this.#again(message, tries, last)));
    return ms;
  }

  async #again(message: WebhookMessage, tries: number, last: DeliveryResult): Promise<void> {
    if (!message.isWanted()) {
      this.#waiting.delete(message);
      return this.#o.onTried(last, true); // what was told of it said that it is tried again
    }
    // While it is tried it keeps its place, and nothing can be cancelled.
    this.#waiting.set(message, () => {});
    const delivery = await this.#o.deliver(message);
    if (this.#isStopped) return;
    if (!this.#waiting.delete(message)) {
      // It gave way meanwhile, and was counted.
      if (delivery.kind === "delivered") this.#deadLetters--;
      return;
    }
    const isLast = delivery.kind !== "failed" || tries + 1 >= RETRY_MS.length;
    if (!isLast) this.#wait(message, tries + 1, delivery);
    else if (delivery.kind === "gone") this.#giveUp(message);
    else if (delivery.kind === "failed") this.#deadLetters++;
    this.#o.onTried(delivery, isLast);
  }
}
