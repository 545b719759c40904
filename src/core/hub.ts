/**
 * From one commit to every subscriber. The contract: each subscriber sees one sequence in order, without a gap,
 * from the instant of its snapshot; a subscriber whose queue is full is told so and dropped by its connection.
 * Publishing never waits: a stalled reader costs a bounded queue, nobody's time.
 */
import { topicOf } from "../domain/event.ts";
import { eventLine } from "../protocol/envelope.ts";

/** One event, encoded at most once for each subscription name (nearly all are called `s1`). */
export class Published {
  readonly topic: string;
  #lines = new Map<string, Uint8Array>();

  constructor(
    readonly seq: number,
    readonly ts: string,
    readonly type: string,
    readonly dataJson: string,
    /** Whose row it changed. */
    readonly sessionId: string | null = null,
  ) {
    this.topic = topicOf(type);
  }

  line(subscription: string): Uint8Array {
    let line = this.#lines.get(subscription);
    if (line === undefined) {
      line = eventLine(
        subscription,
        `"seq":${this.seq},"ts":"${this.ts}","type":${JSON.stringify(this.type)},"data":${this.dataJson}`,
      );
      this.#lines.set(subscription, line);
    }
    return line;
  }
}

export interface Subscriber {
  /** The name that the subscription has on its connection. */
  readonly name: string;
  /** Undefined: all topics. */
  readonly topics: ReadonlySet<string> | undefined;
  /** Whether whoever reads it may answer approvals, and hears of them: a window or channel that can answer. */
  readonly mayAnswer: boolean;
  /** Queues the line; never throws, never waits. */
  deliver(seq: number, line: Uint8Array): void;
}

export class Hub {
  #subscribers = new Set<Subscriber>();
  #answerers = 0;
  #onNoAnswerer: () => void = () => {};
  #onEvent: (event: Published) => void = () => {};

  get size(): number {
    return this.#subscribers.size;
  }

  /** Whether a window or channel that can answer approvals is attached now. */
  get canAnswer(): boolean {
    return this.#answerers > 0;
  }

  /** `action` runs when the last one that can answer has left. */
  set onNoAnswerer(action: () => void) {
    this.#onNoAnswerer = action;
  }

  /** `action` runs after each event, before windows hear of it; it may not throw. No subscriber: nothing is encoded for it. */
  set onEvent(action: (event: Published) => void) {
    this.#onEvent = action;
  }

  add(subscriber: Subscriber): void {
    this.#subscribers.add(subscriber);
    if (subscriber.mayAnswer) this.#answerers++;
  }

  remove(subscriber: Subscriber): void {
    if (!this.#subscribers.delete(subscriber) || !subscriber.mayAnswer) return;
    this.#answerers--;
    if (this.#answerers === 0) this.#onNoAnswerer();
  }

  publish(event: Published): void {
    this.#onEvent(event);
    for (const subscriber of this.#subscribers) {
      if (subscriber.topics !== undefined && !subscriber.topics.has(event.topic)) continue;
      subscriber.deliver(event.seq, event.line(subscriber.name));
    }
  }
}
