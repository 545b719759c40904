/**
 * Delivers each commit to every subscriber, in one sequence.
 *
 * A commit appends its event to the log and returns; no subscriber's code runs inside it. One drain, in a later
 * microtask, wakes the subscribers, and each pulls the events after its own position. So a subscriber that commits when
 * it is woken or dropped only makes the log longer: the others still see the events in order.
 *
 * The log holds what some subscriber has not pulled yet, within bounds. One that falls behind them is told once which
 * events it missed, and is ended. So a stalled reader costs a bounded log and delays nobody.
 */
import { type NewEvent, topicOf } from "../domain/event.ts";
import { eventLine } from "../protocol/envelope.ts";

/** An event with its place in the sequence: typed for readers in this process, encoded once for all connections. */
export class SequencedEvent {
  readonly topic: string;
  /** By subscription name; nearly all are `s1`. */
  #lines = new Map<string, Uint8Array>();

  /** @param dataJson the canonical text of `event.data` */
  constructor(readonly seq: number, readonly ts: string, readonly event: NewEvent, readonly dataJson: string) {
    this.topic = topicOf(event.type);
  }

  /** The notification that carries it to a connection's subscription of that name. */
  line(subscription: string): Uint8Array {
    let line = this.#lines.get(subscription);
    if (line === undefined) {
      line = eventLine(
        subscription,
        `"seq":${this.seq},"ts":"${this.ts}","type":${JSON.stringify(this.event.type)},"data":${this.dataJson}`,
      );
      this.#lines.set(subscription, line);
    }
    return line;
  }
}

export interface EventBusOptions {
  /** Events that the slowest subscriber may be behind. */
  readonly maxEvents: number;
  /** The same in UTF-16 units of their data. */
  readonly maxUnits: number;
  /** A subscriber has thrown. */
  readonly onError: (error: unknown) => void;
}

export interface SubscribeOptions {
  /** The number of the last event that the subscriber knows; it pulls those behind it. */
  readonly after: number;
  /** Undefined: all topics. */
  readonly topics?: ReadonlySet<string> | undefined;
  /** Events up to `after` that it missed before; it pulls them first. */
  readonly missed?: readonly SequencedEvent[] | undefined;
  /**
   * It gets nothing before {@link Subscription.release}, and what is published meanwhile is kept for it: who is told of the
   * state first hears of the changes after that, however long the telling takes.
   */
  readonly held?: boolean | undefined;
  /** There may be something to pull. Called by the drain, and by a release. */
  readonly wake: () => void;
  /** It fell behind and missed the events `from` to `to`; it gets no more. Called by the drain only. */
  readonly lagged: (from: number, to: number) => void;
}

/**
 * A held subscriber is not slow, it waits for us: it may fall behind by so many times the bounds of the log. The events
 * themselves are shared by all subscribers.
 */
const HELD_TIMES = 16;

export class EventBus {
  #options: EventBusOptions;
  #log: SequencedEvent[] = [];
  #units = 0;
  #subscriptions = new Set<Subscription>();
  #listeners = 0;
  #drainDue = false;

  constructor(options: EventBusOptions) {
    this.#options = options;
  }

  /** Subscribers, without the listeners of this process. */
  get size(): number {
    return this.#subscriptions.size - this.#listeners;
  }

  /** Events are appended in the order of their numbers, without a gap. */
  append(event: SequencedEvent): void {
    if (this.#subscriptions.size === 0) {
      // What the last subscriber left behind would be followed by a gap, and places in the log are counted.
      this.#log.length = 0;
      this.#units = 0;
      return;
    }
    this.#log.push(event);
    this.#units += event.dataJson.length;
    if (this.#drainDue) return;
    this.#drainDue = true;
    queueMicrotask(() => this.#drain());
  }

  subscribe(options: SubscribeOptions): Subscription {
    const { maxEvents, maxUnits } = this.#options;
    const bounds = { maxEvents: HELD_TIMES * maxEvents, maxUnits: HELD_TIMES * maxUnits };
    const remove = () => this.#subscriptions.delete(subscription);
    const subscription = new Subscription(options, this.#log, bounds, remove);
    this.#subscriptions.add(subscription);
    return subscription;
  }

  /**
   * Calls `listener` with every event after `after`, for parts of this process. They pull everything at each drain, so
   * they never lag.
   *
   * @param topics undefined: all of them
   * @returns ends it
   */
  listen(
    after: number,
    topics: ReadonlySet<string> | undefined,
    listener: (event: SequencedEvent) => void,
  ): () => void {
    let listening = true;
    const subscription = this.subscribe({
      after,
      topics,
      wake: () => {
        for (let event = subscription.next(); event !== undefined && listening; event = subscription.next()) {
          const each = event;
          this.#guarded(() => listener(each));
        }
      },
      lagged: () => {},
    });
    this.#listeners++;
    return () => {
      if (!listening) return;
      listening = false;
      this.#listeners--;
      subscription.end();
    };
  }

  #drain(): void {
    this.#drainDue = false;
    for (const subscription of this.#subscriptions) this.#guarded(() => subscription.wake());
    const newest = this.#log.at(-1)?.seq ?? 0;
    const kept = this.#trim();
    for (const subscription of this.#subscriptions) {
      if (subscription.after >= kept - 1) continue;
      subscription.end();
      this.#guarded(() => subscription.lag(newest));
    }
  }

  /**
   * Drops what every subscriber has pulled, then what exceeds the bounds. @returns the number of the first event that
   * is kept
   */
  #trim(): number {
    let slowest = Infinity;
    for (const { after } of this.#subscriptions) slowest = Math.min(slowest, after);
    const { maxEvents, maxUnits } = this.#options;
    let dropped = 0;
    for (const { seq, dataJson } of this.#log) {
      if (seq > slowest && this.#log.length - dropped <= maxEvents && this.#units <= maxUnits) break;
      this.#units -= dataJson.length;
      dropped++;
    }
    const last = this.#log[dropped - 1];
    this.#log.splice(0, dropped); // in place: the subscriptions read this very array
    return last === undefined ? 0 : last.seq + 1;
  }

  #guarded(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#options.onError(error);
    }
  }
}

/** One subscriber's position in the sequence. */
export class Subscription {
  #options: SubscribeOptions;
  #log: readonly SequencedEvent[];
  #remove: () => void;
  #after: number;
  /** Missed or kept while it was held: pulled before the log, {@link #caughtUp} of them by now. */
  #kept: SequencedEvent[];
  #caughtUp = 0;
  #held: boolean;
  /** What may still be kept. */
  #room: { maxEvents: number; maxUnits: number };

  constructor(
    options: SubscribeOptions,
    log: readonly SequencedEvent[],
    heldBounds: { readonly maxEvents: number; readonly maxUnits: number },
    remove: () => void,
  ) {
    this.#options = options;
    this.#log = log;
    this.#remove = remove;
    this.#after = options.after;
    this.#kept = [...options.missed ?? []];
    this.#held = options.held === true;
    this.#room = { ...heldBounds };
  }

  /** The number of the last event of the log that it has pulled or skipped. */
  get after(): number {
    return this.#after;
  }

  /** The next event of its topics; undefined where it has seen all. */
  next(): SequencedEvent | undefined {
    if (this.#held) return undefined;
    while (this.#caughtUp < this.#kept.length) {
      const event = this.#kept[this.#caughtUp++];
      if (event !== undefined && this.#wants(event)) return event;
    }
    if (this.#caughtUp > 0) this.#kept = [];
    this.#caughtUp = 0;
    for (let event = this.#behind(); event !== undefined; event = this.#behind()) {
      this.#after = event.seq;
      if (this.#wants(event)) return event;
    }
    return undefined;
  }

  /** Ends the hold: what was published since is pulled now. */
  release(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#options.wake();
  }

  wake(): void {
    if (this.#held) return this.#keep();
    // A stalled subscriber does not fall behind by events that it does not want.
    for (let event = this.#behind(); event !== undefined && !this.#wants(event); event = this.#behind()) {
      this.#after = event.seq;
    }
    this.#options.wake();
  }

  /** What does not fit stays in the log, and counts as lag there. */
  #keep(): void {
    for (let event = this.#behind(); event !== undefined; event = this.#behind()) {
      if (this.#wants(event)) {
        if (this.#room.maxEvents <= 0 || this.#room.maxUnits <= 0) return;
        this.#room.maxEvents--;
        this.#room.maxUnits -= event.dataJson.length;
        this.#kept.push(event);
      }
      this.#after = event.seq;
    }
  }

  lag(to: number): void {
    this.#options.lagged(this.#kept[this.#caughtUp]?.seq ?? this.#after + 1, to);
  }

  end(): void {
    this.#remove();
  }

  #behind(): SequencedEvent | undefined {
    const first = this.#log[0];
    return first === undefined ? undefined : this.#log[Math.max(0, this.#after + 1 - first.seq)];
  }

  #wants({ topic }: SequencedEvent): boolean {
    const { topics } = this.#options;
    return topics === undefined || topics.has(topic);
  }
}
